/** Answers of the server as the device keeps them: `key -> {data, etag, at}`, one database per person. */

import { WEEK_MS, isOver, isSurelyOver } from "./age.js";
import { ask } from "./asking.js";
import { now } from "./clock.js";
import { caching, open, whoami } from "./store.js";

const ISSUE = "issue:";
const ISSUES = IDBKeyRange.bound(ISSUE, `${ISSUE}\uffff`);
const AT_ONCE = 20;
const BRIEF = ["state", "holder", "due_at", "clock", "left", "version", "round", "category", "cell", "area", "lon", "lat"];

/** What is kept under a key: `{data, etag, at}`, or undefined. */
export async function get(key) {
  return (await open()).get("kept", key);
}

/** As it is kept; `at` is the server's time, as far as it is known. */
const entry = (data, etag = null) => ({ data, etag, at: now().toISOString() });

/** Keep an answer. */
export async function keep(key, data, etag) {
  const tx = caching(await open(), "kept");
  await Promise.all([tx.store.put(entry(data, etag), key), tx.done]);
}

/** The server says that what is kept still holds. */
export async function touch(key) {
  const kept = await get(key);
  if (kept) await keep(key, kept.data, kept.etag);
}

/**
 * What speaks of people is not kept longer than a week without contact: whoever finds the device finds nothing.
 * Each answer by its own age; an issue is as new as the list that names it.
 * @returns {Promise<boolean>} whether the tasks are too old to be shown
 */
export async function forgetOld() {
  const tx = caching(await open(), "kept");
  const work = await tx.store.get("work");
  for (let at = await tx.store.openCursor(); at; at = await at.continue()) {
    const newest = at.key.startsWith(ISSUE) && work?.at > at.value.at ? work.at : at.value.at;
    if (at.key !== "ground" && isSurelyOver(newest, WEEK_MS)) at.delete();
  }
  await tx.done;
  return Boolean(work) && isOver(work.at, WEEK_MS);
}

/** Fetch what is held and has changed, so that all of it can be opened without a network; drop what is gone; how many. */
export async function details(issues, url, most = AT_ONCE) {
  const [person, db] = [whoami()?.uid, await open()];
  const wanted = new Map(issues.map((one) => [one.number, one]));
  const known = new Map();
  for (const key of await db.getAllKeys("kept", ISSUES)) {
    const number = key.slice(ISSUE.length);
    if (wanted.has(number)) known.set(number, (await db.get("kept", key)).data.version);
    else await db.delete("kept", key);
  }
  const old = issues.filter((one) => one.mine && known.get(one.number) !== one.version);
  const also = issues.filter((one) => !one.mine && known.has(one.number) && known.get(one.number) !== one.version);
  const numbers = [...old, ...also].map((one) => one.number);
  for (let first = 0; first < numbers.length; first += most) {
    const { data } = await ask(`${url}?numbers=${encodeURIComponent(numbers.slice(first, first + most).join(","))}`);
    if (whoami()?.uid !== person) throw new Error("nobody"); // these are told to whoever asked, and to nobody else
    await Promise.all(data.items.map((one) => keep(ISSUE + one.number, one, null)));
  }
  return numbers.length;
}

/** Fetch one whole that the device lacks, or has of before; what is held comes by `details`. Gives whether it did. */
export async function fetchWhole(number, known, url) {
  const [person, there] = [whoami()?.uid, await get(ISSUE + number)];
  if (there?.data.log && there.data.version === known?.version && known?.mine) return false;
  const { data } = await ask(`${url}?numbers=${encodeURIComponent(number)}`);
  if (whoami()?.uid !== person) return false; // told to whoever asked, and to nobody else
  if (data.items.length) await keep(ISSUE + number, data.items[0], null);
  return true;
}

/** What the server answered to an act takes the place of what was known of the issue. */
export async function later(answer, work) {
  const tx = caching(await open(), "kept");
  const before = await tx.store.get(ISSUE + answer.number);
  const known = work?.issues.find((one) => one.number === answer.number);
  const isOld = before && before.data.version > answer.version;
  if (!isOld) tx.store.put(entry({ ...(before?.data ?? known ?? {}), ...answer }), ISSUE + answer.number);
  await tx.done;
  if (isOld) return;
  if (known && known.version <= answer.version) for (const name of BRIEF) known[name] = answer[name];
}

/** An issue as new as it is known: whole where the device has it, else as the list has it, else null. */
export async function newestOf(number, work) {
  const brief = work?.issues.find((one) => one.number === number);
  const kept = whoami() && (await get(ISSUE + number));
  const whole = kept && (brief || !isOver(kept.at, WEEK_MS)) ? kept.data : null;
  if (!whole) return brief ?? null;
  return { mine: false, ...whole, ...(brief && (brief.version > whole.version ? brief : { mine: brief.mine })) };
}

/** Numbers of the issues that somebody holds now and did not before. */
export function newlyMine(before, now) {
  const held = new Set(before.issues.filter((one) => one.mine).map((one) => one.number));
  return now.issues.filter((one) => one.mine && !held.has(one.number)).map((one) => one.number);
}
