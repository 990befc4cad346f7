/** What the walker came through: what the server counted, and what still waits on the device, as plots of the cells. */

import { ground } from "./field.js";
import { locate } from "./locate.js";
import { all } from "./outbox.js";
import { boxOf, plotAt } from "./plots.js";
import * as track from "./track.js";

/**
 * Count the plots walked, cell by cell.
 * @param {{cells: Array}|null} known as `/api/v1/field/cover` told it
 * @returns {Promise<Array<{code, name, share, squares_total, boxes}>>}
 */
export async function counted(known) {
  const cells = (known?.cells ?? []).map((cell) => ({ ...cell, walked: new Set(cell.squares) }));
  for (const point of await unsent()) {
    const plot = plotAt(point.lon, point.lat);
    const [west, south, east, north] = boxOf(plot);
    const there = ground() && locate((west + east) / 2, (south + north) / 2, ground()).cell;
    cells.find((cell) => cell.code === there?.code)?.walked.add(plot);
  }
  return cells.map(({ walked, code, name, squares_total: total }) => (
    { code, name, squares_total: total, share: total ? Math.min(1, walked.size / total) : 0, boxes: [...walked].map(boxOf) }));
}

/** Points that the server has not counted: those of no piece yet, and those of pieces that wait. */
async function unsent() {
  const steps = (await all()).flatMap((record) => record.steps).filter((step) => step.kind === "track" && !step.done);
  return [...(await track.waiting()).map(({ point }) => point), ...steps.flatMap((step) => step.body.points)];
}
