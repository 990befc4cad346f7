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
  return { words: say(key, { cell: cell.name, n: Math.max(1, Math.round(distance ?? 0)) }), ...whose(cell, ground) };
}

/** Who answers for a cell, in words, `{whose, isMine}`; of a neighbour's holder the device knows only where the asker may. */
export function whose({ own, whom, holder }, { person }) {
  const isMine = Boolean(own);
  if (own === "substitute") return { whose: say("map_standing_in", { whom: whom || say("map_colleague") }), isMine };
  if (!holder) return { whose: say(isMine ? "map_held_by_nobody" : "map_not_mine"), isMine };
  return { whose: holder.name === person?.name ? "" : say("map_held_by", { name: holder.name }), isMine };
}
