/**
 * The report being written: one at a time, kept on the device so that a killed tab loses nothing.
 *
 * Its id is the outbox record's from the first letter on, so a report never goes in twice. A resident's name and
 * phone are no part of it: they live in the form until they are put into the outbox. Tells `report:draft` `{draft, changed}`.
 */

import { tell } from "../page.js";
import { ASIDE, REPORT as KEY } from "./begun.js";
import { pref, setPref, whoami } from "./store.js";
import { freshUid } from "./uid.js";

const QUIET_MS = 250;
const WORTH = ["category", "description", "place_text", "outcome", "visit"];
let now = empty();
let timer = 0;
let owner = null;
let saving = Promise.resolve();
const working = new Set();

function empty(seed = {}) {
  return {
    id: freshUid(), uid: freshUid(), category: "", description: "", place_text: "", source: "patrol", urgent: null, place: null,
    photos: [], after: [], isSettled: false, outcome: "", quantity: "", unit: "", visit: null, hadReporter: false, ...seed,
  };
}

/** The report as it stands. */
export const draft = () => now;

/** Whether somebody would miss it. */
export const isWorth = (one = now) => WORTH.some((name) => one[name]) || one.photos.length > 0 || one.after.length > 0;

/** Whether it was begun by who works here now: nobody sends another's words. */
export const isOwn = () => owner === null || owner === (whoami()?.uid ?? null);

/** Change some of it; it is kept a moment later. */
export function change(patch) {
  owner ??= whoami()?.uid ?? null;
  now = { ...now, ...patch };
  tell("report:draft", { draft: now, changed: Object.keys(patch) });
  clearTimeout(timer);
  timer = setTimeout(keep, QUIET_MS);
}

/** Count on something that will change the draft, such as a photo being made small. */
export function during(work) {
  working.add(work);
  return work.finally(() => working.delete(work));
}

/** Wait until all of that is done. */
export const ready = () => Promise.allSettled([...working]);

/** Write it down now; asked for before the page is hidden, since it may not come back. */
export function keep() {
  clearTimeout(timer);
  const [worth, mine] = [isWorth() ? now : undefined, whoami()?.uid];
  if (!mine || (owner ??= mine) !== mine) return saving; // never into somebody else's keeping
  saving = saving.then(() => setPref(KEY, worth)).catch(() => { /* The disk refuses: it stays on the page. */ });
  return saving;
}

/**
 * Take up what was left behind.
 * @param {(id: string) => Promise<boolean>} isSent whether the outbox has it already
 * @returns {Promise<boolean>} whether there was something
 */
export async function resume(isSent) {
  owner = whoami()?.uid ?? null;
  const mine = owner;
  const waiting = [...((await pref(ASIDE)) ?? []), await pref(KEY)].filter(Boolean);
  while (waiting.length && (await isSent(waiting.at(-1).id))) waiting.pop();
  if (isWorth() || owner !== mine) return false;
  const kept = waiting.pop();
  await setPref(KEY, kept);
  await setPref(ASIDE, waiting.length ? waiting.filter((one) => one.id !== kept.id) : undefined);
  if (!kept || isWorth() || owner !== mine) return false;
  now = { ...empty(), ...kept };
  tell("report:draft", { draft: now, changed: Object.keys(now) });
  return true;
}

/** Begin another one while this waits until that is handed in: two matters are never made one. */
export async function aside(seed) {
  await ready();
  if (isWorth()) await setPref(ASIDE, [...((await pref(ASIDE)) ?? []), now]);
  await begin(seed);
}

/** Begin another one; the one before is sent or given up. */
export function begin(seed = {}) {
  [now, owner] = [empty(seed), whoami()?.uid ?? null];
  tell("report:draft", { draft: now, changed: Object.keys(now) });
  return keep();
}

/** Somebody else works with the device: what was being written is theirs no longer. */
export function forget() {
  clearTimeout(timer);
  [now, owner] = [empty(), null];
  tell("report:draft", { draft: now, changed: Object.keys(now) });
}

addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
