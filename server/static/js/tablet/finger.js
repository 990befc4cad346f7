/**
 * Whether a finger lies on the page; what somebody is about to press is not drawn anew under it.
 *
 * Hears `field:person` and `field:nobody`: another person's screens are emptied whatever lies on them.
 */

import { hear } from "../page.js";

const CLICK_MS = 100; // a press becomes a click soon after the finger is lifted, or never
const MOST_MS = 10_000; // a lifted finger that nobody told of
const fingers = new Set();
const waiting = new Set();
let [isDown, timer] = [false, 0];

/**
 * Draw now, or once the fingers are lifted and what they pressed is done; asked several times it draws once.
 * @param {() => void} draw the same function each time
 */
export function whenLifted(draw) {
  if (isDown) waiting.add(draw);
  else draw();
}

function lift() {
  clearTimeout(timer);
  fingers.clear();
  isDown = false;
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) {
    try {
      draw();
    } catch (error) {
      reportError(error); // the others are drawn all the same
    }
  }
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(lift, ms);
}

function lay({ pointerId }) {
  fingers.add(pointerId);
  isDown = true;
  soon(MOST_MS);
}

function take({ pointerId }) {
  fingers.delete(pointerId);
  if (isDown && !fingers.size) soon(CLICK_MS);
}

addEventListener("pointerdown", lay, true);
addEventListener("pointerup", take, true);
addEventListener("pointercancel", take, true); // it scrolls
addEventListener("pointermove", ({ buttons }) => { if (isDown && !buttons) lift(); }, true); // it was lifted outside the page
addEventListener("click", () => { if (!fingers.size) lift(); }); // after what was pressed has heard of it
for (const name of ["field:person", "field:nobody"]) hear(name, lift);
