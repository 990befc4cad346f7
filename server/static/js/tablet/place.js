/**
 * Where the device is: one watch for everybody who wants to know, and none when nobody does.
 *
 * It runs while somebody asked for it (`map`, `report`, `patrol`) and the page is in sight; a patrol alone keeps it
 * on behind a dark screen. Tells `field:place` `{lon, lat, accuracy_m, at}` and `field:noplace` `{code}`: 1 not allowed,
 * 2 the device cannot, 3 took too long, 4 the page was opened without https. The sentences are `position_<code>`.
 */

import { tell } from "../page.js";

const WISH = { enableHighAccuracy: true, timeout: 15000, maximumAge: 5000 };
const UNSEEN = "patrol"; // the reason that goes on behind a dark screen
const reasons = new Set();
let [running, known, lack] = [null, null, null];

/**
 * Ask to be told where the device is; asking again after a refusal tries again.
 * @param {string} reason who asks: `map`, `report`, `patrol`
 */
export function watch(reason) {
  reasons.add(reason);
  if (lack) stop();
  turn();
}

/** Say that this reason is over; without any the watch ends. */
export function unwatch(reason) {
  reasons.delete(reason);
  turn();
}

/** The newest place of this visit to the page, `{lon, lat, accuracy_m, at}`, or null; `at` tells how old it is. */
export const last = () => known;

/** The code of what is in the way now, or null. */
export const missing = () => lack;

/** Whether the device is being asked at this moment. */
export const isWatching = () => running !== null;

function isWanted() {
  return reasons.has(UNSEEN) || (reasons.size > 0 && !document.hidden);
}

function turn() {
  if (!isWanted()) stop();
  else if (running === null) begin();
}

function begin() {
  if (!window.isSecureContext) refuse({ code: 4 });
  else if (!navigator.geolocation) refuse({ code: 2 });
  else running = navigator.geolocation.watchPosition(found, refuse, WISH);
}

function stop() {
  if (running !== null) navigator.geolocation.clearWatch(running);
  [running, lack] = [null, null];
}

function found({ coords, timestamp }) {
  lack = null;
  known = {
    lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy * 10) / 10,
    at: new Date(timestamp).toISOString(),
  };
  tell("field:place", known);
}

function refuse({ code }) {
  lack = code;
  tell("field:noplace", { code });
}

document.addEventListener("visibilitychange", turn);
navigator.permissions?.query({ name: "geolocation" }).then((permission) => {
  permission.addEventListener("change", () => { if (lack === 1 && permission.state !== "denied") { stop(); turn(); } });
}).catch(() => { /* A browser that cannot be asked is asked for the place itself. */ });
