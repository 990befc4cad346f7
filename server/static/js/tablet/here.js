/** Where the device stands now, as far as that is worth anything. */

import { last } from "./place.js";

const STALE_MS = 120_000;

/** The newest place, if it is not older than two minutes, else null. */
export function here() {
  const found = last();
  return found && Date.now() - new Date(found.at) < STALE_MS ? found : null;
}
