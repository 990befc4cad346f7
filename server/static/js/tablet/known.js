/** What this page knows for the person it works for: the ground, the tasks, what waits; told, and blanked for the next. */

import { tell, untell } from "../page.js";
import { WEEK_MS, isOver } from "./age.js";
import { get, newestOf } from "./kept.js";
import { byIssue, laid } from "./pending.js";
import { changed as recounted } from "./queue.js";
import { net } from "./reached.js";
import { open, whoami } from "./store.js";

const EMPTY = { person: null, ground: null, work: null, rows: [], isStale: true, etag: "", groundAt: 0, fresh: [] };
const PERSONAL = ["field:ground", "outbox:changed", "patrol:changed", "tablet:chosen", "tablet:open", "tablet:report"];
export const state = { ...EMPTY };
let isUnkept = false;
let [waiting, whole] = [{}, {}]; // what was made of the rows, and of the work with them

/** What waits, laid over an issue. */
export function over(issue) {
  if (waiting.rows !== state.rows) waiting = { rows: state.rows, of: byIssue(state.rows) };
  return laid(issue, waiting.of(issue), state.ground?.moves);
}

/** The ground as `/api/v1/field/ground` tells it, or null before the first visit. */
export const ground = () => state.ground;

/** An issue whole if it is on the device, else in brief, else null; never asks the network. */
export async function issue(number) {
  const newest = await newestOf(number, state.work);
  return newest && over(newest);
}

/** `{issues, made}` with what is pending laid over, or null. */
export function work() {
  const { work: known, rows, ground: around } = state;
  if (!known) return null;
  if (whole.known !== known || whole.rows !== rows || whole.around !== around) {
    whole = { known, rows, around, made: { ...known, issues: known.issues.map(over) } };
  }
  return whole.made;
}

/** Tell the tasks; `fresh` are the numbers that came just now, `since` all that came since the page was opened. */
export function told(fresh, isStale) {
  Object.assign(state, { isStale, fresh: [...state.fresh, ...fresh] });
  whole = {}; // an answer may have changed an issue in its place
  tell("field:work", { issues: [], made: null, ...work(), fresh, since: state.fresh, isStale });
}

const reading = (uid) => ({ uid, kept: Promise.all([get("ground"), get("work")]) });
let early = whoami() && reading(whoami().uid); // while the rest of the page is still being loaded
early?.kept.catch(() => { /* It is read once more. */ });

/** Take up what the device keeps for the person, and tell it; tasks of more than a week ago are nobody's business. */
export async function load() {
  const { uid } = whoami();
  state.person = uid;
  const begun = early?.uid === uid ? early : reading(uid);
  early = null;
  const [ground, kept] = await begun.kept.catch(() => reading(uid).kept);
  const rows = await (await open()).getAll("outbox");
  if (whoami()?.uid !== uid) return;
  const tasks = kept && !isOver(kept.at, WEEK_MS) ? kept : null;
  Object.assign(state, { person: uid, rows, ground: ground?.data ?? null, etag: ground?.etag, work: tasks?.data ?? null });
  if (state.ground) tell("field:ground", state.ground);
  if (state.work) told([], true);
  net({ lastAt: tasks?.at ?? null });
}

/** From now on for this person, or for nobody: whatever shows or holds what was another's is told to let go of it. */
export function blank(person) {
  Object.assign(state, EMPTY, { person: person?.uid ?? null });
  untell(...PERSONAL);
  told([], true);
  tell(person ? "field:person" : "field:nobody", person);
  recounted(true);
}

/** Another page may have signed out, or somebody else in: what this one shows is theirs no longer; whether it was so. */
export async function turned() {
  const present = whoami();
  if ((present?.uid ?? null) === state.person) return false;
  blank(present);
  if (present) await stored(load());
  else net({ isSignedOut: true, why: "" });
  return true;
}

/** A week without contact: what speaks of people is gone. */
export function dropped() {
  state.work = null;
  told([], true);
}

/** What the server told holds for this page even where the disk has no room for it; that is said. */
export async function stored(writing) {
  try {
    return await writing;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    isUnkept = true;
    return net({ isUnkept });
  }
}

/** Whether the disk refused since this was asked for last. */
export function wasUnkept() {
  const was = isUnkept;
  isUnkept = false;
  return was;
}
