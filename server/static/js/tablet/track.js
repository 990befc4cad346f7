/** The points of a patrol as they wait on the device, and what they came through. */

import { open, whoami, writing } from "./store.js";

/** Keep a point: `{patrol, at, lon, lat, accuracy_m}`. */
export async function add(point) {
  const tx = writing(await open(), "track");
  await Promise.all([tx.store.add(point), tx.done]);
}

/** Points that no piece was made of yet, oldest first, with their keys. */
export async function waiting() {
  if (!whoami()) return [];
  const tx = (await open()).transaction("track");
  const [points, keys] = await Promise.all([tx.store.getAll(), tx.store.getAllKeys()]);
  return points.map((point, n) => ({ point, key: keys[n] }));
}

/** Forget points: a record of the outbox holds them now, or nobody wants them. */
export async function forget(keys) {
  const tx = writing(await open(), "track");
  for (const key of keys) tx.store.delete(key);
  await tx.done;
}
