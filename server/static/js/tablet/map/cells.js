/** The cells on the worker's map: her own strong, those she stands in for dashed, the neighbours grey. */

import { toMap } from "../../map/ground.js";
import { token } from "../../map/ramp.js";
import { say } from "../../page.js";

/**
 * Draw the ground's cells into folium's empty layer, on one canvas.
 * @param {L.GeoJSON} layer folium's `geo_json_cells`
 * @returns {{draw: Function, restyle: Function}}
 */
export function cells(layer) {
  let [isAround, looks] = [true, {}];

  function dip() {
    const [grey, accent, warn] = ["--ink-faint", "--accent", "--warn"].map(token);
    const [seen, filled] = isAround ? [0.75, 0.2] : [0, 0];
    looks = {
      around: { color: grey, weight: 1, opacity: seen, dashArray: null, fillColor: grey, fillOpacity: filled },
      substitute: { color: accent, weight: 3, opacity: 1, dashArray: "9 6", fillColor: warn, fillOpacity: 0.1 },
      own: { color: accent, weight: 3, opacity: 1, dashArray: null, fillColor: accent, fillOpacity: 0.08 },
    };
  }

  function style({ properties: { own } }) {
    return looks[own === "substitute" ? own : own ? "own" : "around"];
  }

  function restyle(changes = {}) {
    isAround = changes.around ?? isAround;
    dip();
    layer.setStyle(style);
  }

  Object.assign(layer.options, {
    coordsToLatLng: ([lon, lat]) => toMap(lon, lat), renderer: L.canvas({ padding: 0.2 }), interactive: false, style,
  });
  dip();

  function draw(ground) {
    layer.clearLayers();
    const ordered = [...ground.cells].sort((one, other) => Number(Boolean(one.own)) - Number(Boolean(other.own)));
    for (const { outline, code, own } of ordered) layer.addData({ type: "Feature", geometry: outline, properties: { code, own } });
  }

  return { draw, restyle };
}

/** What is written into a cell: its name, and whom the worker stands in for. */
export function title({ name, community, own, whom }) {
  const short = community && name.startsWith(community) && name !== community ? name.slice(community.length) : name;
  return own === "substitute" ? say("map_for", { cell: short, whom: whom || "" }) : short;
}

/**
 * A spot inside a cell for its name: the middle of the widest stretch at half the height of what is seen of it.
 * @param {{outline: Object, bbox: number[]}} cell
 * @param {number[]} view `[w, s, e, n]`, what is seen of the earth
 * @returns {[number, number]|null} lon, lat; null when nothing of the cell is seen
 */
export function spot({ outline, bbox }, view = bbox) {
  const parts = outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates;
  const [west, south, east, north] = bbox.map((side, at) => Math[at < 2 ? "max" : "min"](side, view[at]));
  let [widest, best] = [0, null];
  for (const share of [0.5, 0.4, 0.6]) {
    const lat = south + (north - south) * share;
    const cuts = parts.flat().flatMap((ring) => crossings(ring, lat)).sort((a, b) => a - b);
    for (let at = 0; at + 1 < cuts.length; at += 2) {
      const [begin, end] = [Math.max(cuts[at], west), Math.min(cuts[at + 1], east)];
      if (end - begin > widest * 1.2) [widest, best] = [end - begin, [(begin + end) / 2, lat]];
    }
  }
  return best;
}

function crossings(ring, lat) {
  const found = [];
  for (let at = 0; at + 1 < ring.length; at += 1) {
    const [[x, y], [nextX, nextY]] = [ring[at], ring[at + 1]];
    if ((y > lat) !== (nextY > lat)) found.push(x + (lat - y) * (nextX - x) / (nextY - y));
  }
  return found;
}

/** Box around the worker's own cells, else around all on the device; `[w, s, e, n]` or null. */
export function extent(ground) {
  const own = ground.cells.filter((cell) => cell.own);
  const boxes = (own.length ? own : ground.cells).map((cell) => cell.bbox).filter(Boolean);
  if (!boxes.length) return null;
  return [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...boxes.map((box) => box[side])));
}
