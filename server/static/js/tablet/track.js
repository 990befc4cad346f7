/** A patrol as it stands on the disk: the one that runs, and its points that no piece was made of yet. */

import { open, whoami, writing } from "./store.js";

const KEY = "patrol";
const me = () => whoami()?.uid;

/** The patrol that somebody has begun, `{uid, began_at, walked, points, ended_at?}`, or null. */
export async function kept(person = me()) {
  return (person && (await (await open(person)).get("prefs", KEY))) ?? null;
}

/**
 * Change the patrol as it stands at this moment, and keep a point with it, whole or not at all.
 * @param {string} person
 * @param {(patrol: Object|null) => (Object|null|undefined)} change null forgets it, undefined leaves all as it is
 * @param {Object} [point] `{patrol, at, lon, lat, accuracy_m}`
 * @returns {Promise<Object|null|undefined>} what `change` gave
 */
export async function turn(person, change, point = null) {
  const tx = writing(await open(person), "prefs", "track");
  const prefs = tx.objectStore("prefs");
  const next = change((await prefs.get(KEY)) ?? null);
  if (next === null) prefs.delete(KEY);
  else if (next) prefs.put(next, KEY);
  if (next && point) tx.objectStore("track").add(point);
  await tx.done;
  return next;
}

/** Points that no piece was made of yet, oldest first, with their keys. */
export async function waiting(person = me()) {
  if (!person) return [];
  const tx = (await open(person)).transaction("track");
  const [points, keys] = await Promise.all([tx.store.getAll(), tx.store.getAllKeys()]);
  return points.map((point, n) => ({ point, key: keys[n] }));
}

/** Forget points: a record of the outbox holds them now. */
export async function forget(keys, person = me()) {
  const tx = writing(await open(person), "track");
  for (const key of keys) tx.store.delete(key);
  await tx.done;
}
