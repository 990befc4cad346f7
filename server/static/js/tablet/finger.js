/**
 * Whether a finger lies on the page; what somebody is about to press is not drawn anew under it.
 *
 * Hears `field:person` and `field:nobody`: another person's screens are emptied whatever lies on them.
 */

import { hear } from "../page.js";

const CLICK_MS = 100; // a press becomes a click soon after the finger is lifted, or never
const MOST_MS = 10_000; // a lifted finger that nobody told of
const waiting = new Set();
let [isDown, timer] = [false, 0];

/**
 * Draw now, or once the finger is lifted and what it pressed is done; asked several times it draws once.
 * @param {() => void} draw the same function each time
 */
export function whenLifted(draw) {
  if (isDown) waiting.add(draw);
  else draw();
}

function lift() {
  clearTimeout(timer);
  isDown = false;
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(lift, ms);
}

addEventListener("pointerdown", () => { isDown = true; soon(MOST_MS); }, true);
addEventListener("pointerup", () => { if (isDown) soon(CLICK_MS); }, true);
addEventListener("pointercancel", lift, true); // it scrolls
addEventListener("pointermove", ({ buttons }) => { if (isDown && !buttons) lift(); }, true); // it was lifted outside the page
addEventListener("click", lift); // after what was pressed has heard of it
for (const name of ["field:person", "field:nobody"]) hear(name, lift);
