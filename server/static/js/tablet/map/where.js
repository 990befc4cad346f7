/** In whose cell a place lies, in words, from what the device knows. */

import { say } from "../../page.js";
import { locate } from "../locate.js";

/**
 * Say where a place is.
 * @param {{lon: number, lat: number}} place
 * @param {Object|null} ground what the device knows of the cells
 * @param {string} who `you` where the device stands, `spot` for a place on the map
 * @returns {{words: string, whose: string, isMine: boolean}}
 */
export function where(place, ground, who = "you") {
  if (!ground) return { words: say("map_no_cell_yet"), whose: "", isMine: false };
  const { how, cell, distance_m: distance } = locate(place.lon, place.lat, ground);
  if (!cell) return { words: say(`map_${who}_${how === "outside" ? "outside" : "unknown"}`), whose: "", isMine: false };
  const key = how === "nearest" ? `map_${who}_near` : `map_${who}_in`;
  return { words: say(key, { cell: cell.name, n: Math.max(1, Math.round(distance ?? 0)) }), ...whose(cell) };
}

/** Who answers for a cell: `{whose, isMine}`. */
export function whose(cell) {
  if (cell.own === "substitute") return { whose: say("map_standing_in", { whom: cell.whom || say("map_colleague") }), isMine: true };
  if (cell.own) return { whose: "", isMine: true };
  return { whose: cell.holder ? say("map_held_by", { name: cell.holder.name }) : say("map_held_by_nobody"), isMine: false };
}
