/** Lists of visits as the device keeps them: shown from here at once, asked for anew when there is reason to. */

import { hear, hearNow, tell } from "../page.js";
import { WEEK_MS, isOver } from "./age.js";
import { ask, isAway } from "./asking.js";
import { get, keep, touch } from "./kept.js";
import { onTurn } from "./owner.js";
import { refresh } from "./field.js";
import { isReachable } from "./reached.js";
import { whoami } from "./store.js";

const WITHDRAWN_MS = 6 * 3_600_000; // whoever withdrew is gone from the device after that, looked at or not
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
  return found && !isOver(found.at, WEEK_MS) ? found.data : null;
}

/**
 * Tell a list as `visits:<name>`: at once as it is kept, and again once the server has told a newer one.
 * @param {"cover"|"cares"|"visits"} name
 * @param {boolean} [isDue] whether something changed, so that it is asked for however short ago it was
 */
export async function show(name, isDue = false) {
  tell(`visits:${name}`, await kept(name));
  const [{ url, least_ms: least }, mine] = [LISTS[name], whoami()?.uid];
  if (!mine || !navigator.onLine || (!isDue && Date.now() - (askedAt[name] ?? 0) < least)) return;
  askedAt[name] = Date.now();
  try {
    const { data, etag } = await ask(url, (await get(name))?.etag ?? "");
    if (whoami()?.uid !== mine) return; // told to whoever asked, and to nobody else
    if (!isReachable()) refresh("reached"); // the server is back, and this is the first to know
    if (!data) return void (await touch(name));
    await keep(name, data, etag);
    tell(`visits:${name}`, data);
  } catch (error) {
    if (typeof error.status !== "number") throw error;
    askedAt[name] = isAway(error) ? 0 : Date.now();
  }
}

/** Ask anew for those to look in on where the device has them and has not asked for hours. */
async function renewCares() {
  if (!whoami() || !isReachable() || Date.now() - (askedAt.renewal ?? 0) < LISTS.cares.least_ms) return;
  const found = await get("cares");
  if (!found || !isOver(found.at, WITHDRAWN_MS)) return;
  askedAt.renewal = Date.now();
  await show("cares", true);
}

/** Show a list whenever the visits' screen is looked at, from now on; it may be the first that is looked at. */
export function follow(name) {
  const look = () => { if (location.hash === "#visits") show(name); };
  hear("tablet:view", look);
  hear("field:ground", look);
  look();
}

onTurn(() => {
  for (const name of Object.keys(askedAt)) askedAt[name] = 0;
});
hearNow("field:net", renewCares);
