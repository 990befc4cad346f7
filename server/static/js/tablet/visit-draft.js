/** A visit being written: one in general, and one for each of those who are looked in on; none for longer than days. */

import { DRAFT_MS, isOver, isSurelyOver } from "./age.js";
import { now } from "./clock.js";
import { open, pref, setPref } from "./store.js";

const KEY = "visit.draft";
const keyOf = (care) => (care ? `${KEY}.${care.uid}` : KEY); // of whom it speaks the device knows from its list alone
const isDraft = (key) => String(key).startsWith(KEY);

/** What was begun, or null. */
export async function begunOf(care) {
  const kept = await pref(keyOf(care));
  return kept && !isOver(kept.at, DRAFT_MS) ? kept : null;
}

/** Keep what is written so far. */
export const keepDraft = (care, given) => setPref(keyOf(care), { ...given, at: now().toISOString() });

/** It was put in, or given up. */
export const dropDraft = (care) => setPref(keyOf(care), undefined);

/** Forget what was left for days. */
export async function forgetDrafts() {
  const db = await open();
  for (const key of (await db.getAllKeys("prefs")).filter(isDraft)) {
    const kept = await db.get("prefs", key);
    if (!kept?.at || isSurelyOver(kept.at, DRAFT_MS)) await setPref(key, undefined);
  }
}
