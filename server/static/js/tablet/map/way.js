/** The way from here to there: metres, the side of the sky, and both in words. */

import { say } from "../../page.js";

const RADIUS_M = 6371008.8; // the sphere as large as the earth
const RADIANS = Math.PI / 180;

/** Metres between two places `{lon, lat}`, on the sphere: within half a percent. */
export function metres(from, to) {
  const [low, high] = [from.lat * RADIANS, to.lat * RADIANS];
  const half = Math.sin((high - low) / 2) ** 2
    + Math.cos(low) * Math.cos(high) * Math.sin((to.lon - from.lon) * RADIANS / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Degrees clockwise from north that lead from one place to another, 0 up to 360. */
export function bearing(from, to) {
  const [low, high, turn] = [from.lat * RADIANS, to.lat * RADIANS, (to.lon - from.lon) * RADIANS];
  const east = Math.sin(turn) * Math.cos(high);
  const north = Math.cos(low) * Math.sin(high) - Math.sin(low) * Math.cos(high) * Math.cos(turn);
  return (Math.atan2(east, north) / RADIANS + 360) % 360;
}

/** Write metres as one says them: `120 米`, `1.4 公里`. */
export function far(distance) {
  if (distance < 995) return say("map_metres", { n: distance < 100 ? Math.round(distance) : Math.round(distance / 10) * 10 });
  return say("map_kilometres", { n: distance < 9950 ? (distance / 1000).toFixed(1) : Math.round(distance / 1000) });
}

/**
 * Say the way: `向东北 120 米`; within the device's own error there is no direction to give.
 * @param {{lon: number, lat: number, accuracy_m?: number}} from where the device is
 * @param {{lon: number, lat: number}} to
 * @returns {{words: string, degrees: number|null}} `degrees` for an arrow, null when it is here
 */
export function way(from, to) {
  const distance = metres(from, to);
  if (distance <= Math.max(8, Math.min(from.accuracy_m ?? 0, 60))) return { words: say("map_here"), degrees: null };
  const degrees = bearing(from, to);
  return { words: say(`map_way_${Math.round(degrees / 45) % 8}`, { far: far(distance) }), degrees };
}
