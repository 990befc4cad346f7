/** Whether the server is there, and knows who this is; told as `field:net`. */

import { tell } from "../page.js";
import { now } from "./clock.js";

const state = { isReachable: true, isSignedOut: false, isUnkept: false, isAsked: false, lastAt: null, why: "" };

/** Whether the server no longer knows who this is. */
export let signedOut = false;

/** Whether the server answered when last asked. */
export const isReachable = () => state.isReachable && navigator.onLine;

/** Tell how it stands, after what has changed. */
export function net(changed = {}) {
  Object.assign(state, changed);
  signedOut = state.isSignedOut;
  tell("field:net", { ...state, isOnline: navigator.onLine, isReachable: isReachable() });
}

/** The server answered as it should. */
export function reached() {
  net({ isAsked: true, isReachable: true, isSignedOut: false, lastAt: now().toISOString(), why: "" });
}

/** It did not: `isAway` when nothing of it was heard, and so nothing of who this is. */
export function unreached(error, isAway) {
  net({ isAsked: true, isReachable: !isAway, isSignedOut: error.status === 401 || (state.isSignedOut && isAway), why: error.message });
}
