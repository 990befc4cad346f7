/** Whose the words on the page are: whoever works with the device next, or nobody, must not find them in a form. */

import { hear } from "../page.js";
import { whoami } from "./store.js";

const KEPT = "wangge.person";
const listeners = new Set();
let owner = whoami()?.uid ?? null;

/** Call `listener` each time the person before is the one no longer: somebody else signed in, or they signed out. */
export function onTurn(listener) {
  listeners.add(listener);
}

/**
 * Look whether it is still the same person; asked right before anything is put in somebody's name.
 * @returns {boolean} whether it is another one now; all that was begun is given up then
 */
export function isTurned() {
  const [before, now] = [owner, whoami()?.uid ?? null];
  owner = now;
  if (!before || before === now) return false;
  for (const listener of listeners) listener();
  return true;
}

hear("field:person", isTurned);
hear("field:nobody", isTurned);
addEventListener("storage", ({ key }) => { if (key === KEPT || key === null) isTurned(); }); // another page of the device
