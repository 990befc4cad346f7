/** What this page knows for the person it works for: the ground, the tasks, what waits; told, and blanked for the next. */

import { tell, untell } from "../page.js";
import { forgetOld, get } from "./kept.js";
import { laid } from "./pending.js";
import { changed as recounted } from "./queue.js";
import { net } from "./reached.js";
import { open, whoami } from "./store.js";

const EMPTY = { person: null, ground: null, work: null, rows: [], isStale: true, etag: "", groundAt: 0 };
const PERSONAL = ["field:ground", "outbox:changed", "patrol:changed", "tablet:open", "tablet:report"];
export const state = { ...EMPTY };
let isUnkept = false;

/** What waits, laid over an issue. */
export const over = (issue) => laid(issue, state.rows, state.ground?.moves);

/** `{issues, made}` with what is pending laid over, or null. */
export const work = () => state.work && { ...state.work, issues: state.work.issues.map(over) };

/** Tell the tasks. */
export function told(fresh, isStale) {
  state.isStale = isStale;
  tell("field:work", { issues: [], made: null, ...work(), fresh, isStale });
}

/** Take up what the device keeps for the person, and tell it. */
export async function load() {
  const { uid } = whoami();
  state.person = uid;
  const isOld = await forgetOld();
  const [ground, tasks] = [await get("ground"), isOld ? null : await get("work")];
  const rows = await (await open()).getAll("outbox");
  if (whoami()?.uid !== uid) return;
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
