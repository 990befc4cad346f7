/** How old what the device keeps is: by the server's time, since a device's own clock may be years off. */

import { isTold } from "./asking.js";
import { now } from "./clock.js";

const DAY_MS = 86_400_000;
const DOUBTED_MS = 60 * DAY_MS; // so long without the server is sooner a lost clock
export const WEEK_MS = 7 * DAY_MS; // for what the server told of people
export const DRAFT_MS = 3 * DAY_MS; // for words that were begun and left

const age = (at) => now() - new Date(at);

/** Whether it is so old that it is shown no longer. */
export const isOver = (at, most) => age(at) >= most;

/** Whether it is surely so old: only then is it deleted. Without the server's word a clock may have jumped. */
export const isSurelyOver = (at, most) => isOver(at, most) && (isTold() || age(at) < DOUBTED_MS);
