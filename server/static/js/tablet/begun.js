/** Words that were begun and not handed in: how many there are, and how long they stay. */

import { DRAFT_MS, isSurelyOver } from "./age.js";
import { now } from "./clock.js";
import { open, read, whoami, writing } from "./store.js";

const ACT = "draft.act.";
const VISIT = "visit.draft";
export const REPORT = "report.draft";
export const ASIDE = "report.aside"; // reports that wait until another one is handed in
const OTHERS = "wangge.others"; // whoever worked here before and did not sign out: uid -> since when

/** Where the words of an act are kept: `{values, photos, at}`. */
export const keyOf = (issue, action) => `${ACT}${issue.uid}.${action}`;

const isWords = (key) => [ACT, VISIT, REPORT, ASIDE].some((one) => String(key).startsWith(one));
const photosOf = (kept) => [kept].flat().flatMap((one) => [...(one?.photos ?? []), ...(one?.after ?? [])]);

/** How much was begun: `{reports, acts, visits, photos}`. */
export async function begun() {
  const db = await open();
  const found = { reports: 0, acts: 0, visits: 0, photos: 0 };
  for (const key of (await db.getAllKeys("prefs")).filter(isWords)) {
    const kept = await db.get("prefs", key);
    const kind = key.startsWith(ACT) ? "acts" : key.startsWith(VISIT) ? "visits" : "reports";
    found[kind] += [kept].flat().length;
    found.photos += photosOf(kept).length;
  }
  return found;
}

/** Forget the words of acts that were left for days, or whose issue the device no longer knows. */
export async function forgetLeft(issues) {
  const known = issues && new Set(issues.map((one) => one.uid));
  const db = await open();
  for (const key of (await db.getAllKeys("prefs")).filter((one) => String(one).startsWith(ACT))) {
    const { at } = await db.get("prefs", key);
    const isGone = known && !known.has(key.slice(ACT.length).split(".")[0]);
    if (isGone || isSurelyOver(at, DRAFT_MS)) await forget(db, [key]);
  }
}

async function forget(db, keys) {
  const tx = writing(db, "prefs", "photos");
  for (const key of keys) {
    for (const id of photosOf(await tx.objectStore("prefs").get(key))) {
      if (!(await tx.objectStore("photos").get(id))?.record) tx.objectStore("photos").delete(id);
    }
    tx.objectStore("prefs").delete(key);
  }
  await tx.done;
}

const others = () => { const kept = read(OTHERS); return kept && typeof kept === "object" ? kept : {}; };

/** Somebody else works here now: what the server told is deleted at once, what waits to be sent stays. */
export async function replaced(person) {
  localStorage.setItem(OTHERS, JSON.stringify({ ...others(), [person]: now().toISOString() }));
  const tx = writing(await open(person), "kept");
  await Promise.all([tx.store.clear(), tx.done]);
}

/** Words and way of those who worked here before are deleted after some days; whoever is back finds theirs. */
export async function forgetOthers() {
  const present = whoami()?.uid;
  for (const [person, since] of Object.entries(others())) {
    const isBack = person === present;
    if (!isBack && !isSurelyOver(since, DRAFT_MS)) continue;
    if (!isBack) {
      const db = await open(person);
      await forget(db, (await db.getAllKeys("prefs")).filter(isWords));
      await db.clear("track");
    }
    const { [person]: _done, ...rest } = others();
    localStorage.setItem(OTHERS, JSON.stringify(rest));
  }
}
