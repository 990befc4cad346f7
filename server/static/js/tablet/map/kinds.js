/** What is dotted and named on the worker's map: from which zoom, how, and where. */

import { fromMap, toMap } from "../../map/ground.js";

/** Colours of the tokens that are used. */
export const TOKENS = ["accent", "accent-strong", "ink", "ink-soft", "surface"];
const MOST_LETTERS = 14;
export const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
/** From which zoom a kind is dotted and named, how large its dot and its letters are, which name goes first. */
export const KINDS = {
  cell: { dots: 99, names: 13, letters: "600 13px", rank: 0 },
  compound: { dots: 14, names: 15, size: 5, letters: "600 13px", rank: 1 },
  landmark: { dots: 15, names: 16, size: 3.5, letters: "12px", rank: 2 },
  building: { dots: 15.5, names: 17, size: 3, letters: "12px", rank: 3 },
  road: { dots: 99, names: 16, letters: "12px", rank: 4 },
};

/** Put marks into the world's pixels at zoom 0, in the order in which they are named. */
export function placed(marks) {
  const known = marks.filter((mark) => KINDS[mark.kind] && Number.isFinite(mark.lon));
  return known.sort((one, other) => KINDS[one.kind].rank - KINDS[other.kind].rank).map((mark) => {
    const point = world(mark.lon, mark.lat);
    const words = mark.name.length > MOST_LETTERS ? `${mark.name.slice(0, MOST_LETTERS)}…` : mark.name;
    return { ...mark, x: point.x, y: point.y, words };
  });
}

/** Pixels of the world at zoom 0. */
export const world = (lon, lat) => L.CRS.EPSG3857.latLngToPoint(toMap(lon, lat), 0);

/** What is seen of the earth, without the strip at the top where the words stand: `[w, s, e, n]`. */
export function view(map) {
  const size = map.getSize();
  const [low, high] = [[12, size.y - 12], [size.x - 12, 76]].map((corner) => fromMap(map.containerPointToLatLng(corner)));
  return [low.lon, low.lat, high.lon, high.lat];
}
