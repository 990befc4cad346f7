/** Lists of visits as the device keeps them: shown from here at once, asked for anew when there is reason to. */

import { hear, tell } from "../page.js";
import { ask, isAway } from "./asking.js";
import { get, keep, touch } from "./kept.js";
import { whoami } from "./store.js";

const WEEK_MS = 7 * 86_400_000;
const LISTS = {
  cover: { url: "/api/v1/field/cover", least_ms: 60_000 },
  cares: { url: "/api/v1/field/cares", least_ms: 10 * 60_000 }, // that they were read is on record each time
  visits: { url: "/api/v1/visits?mine=1&limit=20", least_ms: 60_000 },
};
const askedAt = {};

/** What is kept of a list; words about people are not kept longer than a week without contact. */
export async function kept(name) {
  if (!whoami()) return null;
  const found = await get(name);
  return found && Date.now() - new Date(found.at) < WEEK_MS ? found.data : null;
}

/**
 * Tell a list as `visits:<name>`: at once as it is kept, and again once the server has told a newer one.
 * @param {"cover"|"cares"|"visits"} name
 * @param {boolean} [isDue] whether something changed, so that it is asked for however short ago it was
 */
export async function show(name, isDue = false) {
  tell(`visits:${name}`, await kept(name));
  const { url, least_ms: least } = LISTS[name];
  if (!whoami() || !navigator.onLine || (!isDue && Date.now() - (askedAt[name] ?? 0) < least)) return;
  askedAt[name] = Date.now();
  try {
    const { data, etag } = await ask(url, (await get(name))?.etag ?? "");
    if (!data) return void (await touch(name));
    await keep(name, data, etag);
    tell(`visits:${name}`, data);
  } catch (error) {
    if (typeof error.status !== "number") throw error;
    if (!isAway(error)) askedAt[name] = Date.now();
    else askedAt[name] = 0;
  }
}

/** Show a list whenever the visits' screen is looked at, from now on; it may be the first that is looked at. */
export function follow(name) {
  const look = () => { if (location.hash === "#visits") show(name); };
  hear("tablet:view", look);
  hear("field:ground", look);
  look();
}
