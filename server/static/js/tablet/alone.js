/** One sender at a time over all open pages: by the browser's locks, else by a lease in the database. */

import { writing } from "./store.js";

const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
const LOOK_MS = 1_000;
const me = Math.random().toString(36).slice(2);

/**
 * Do something while no other page does it; waits for its turn.
 * Safety does not hang on it: what two pages send all the same, they send under the same keys.
 * @param {IDBPDatabase} db of the person
 * @param {() => Promise} work
 */
export function alone(db, work) {
  if (navigator.locks) return navigator.locks.request(`${db.name}.flush`, work);
  return leased(db, work); // plain http in a local network
}

async function leased(db, work) {
  while (!(await taken(db))) await new Promise((done) => { setTimeout(done, LOOK_MS); });
  const renewing = setInterval(() => taken(db).catch(() => {}), RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    const tx = writing(db, "lease");
    if ((await tx.store.get("flush"))?.owner === me) tx.store.delete("flush");
    await tx.done;
  }
}

async function taken(db) {
  const tx = writing(db, "lease");
  const [held, now] = [await tx.store.get("flush"), Date.now()];
  const isFree = !held || held.owner === me || held.until < now || held.until > now + LEASE_MS; // the clock was set back
  if (isFree) tx.store.put({ owner: me, until: now + LEASE_MS }, "flush");
  await tx.done;
  return isFree;
}
