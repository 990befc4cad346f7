/** The rows of the outbox: read, changed one at a time, and told of to every open page. */

import { tell } from "../page.js";
import { now } from "./clock.js";
import { open, whoami, writing } from "./store.js";

const DONE_KEPT = 30;
const DONE_MS = 3 * 86_400_000; // what was sent is kept to be looked at, not to be read for weeks
const TOLD_EVERY_MS = 250;
const [MANY, MANY_MS] = [50, 3000]; // rows: to draw them all takes longer than to send some
export const STUCK = ["refused", "decide"]; // wait for the person, not for the network
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("wangge.outbox") : null;
let timer = 0;
let [toldAt, every] = [0, TOLD_EVERY_MS];

/** All records of the present person, in the order in which they were put. */
export async function rows() {
  if (!whoami()) return [];
  return (await (await open()).getAll("outbox")).sort((one, other) => one.n - other.n);
}

/** Add a record behind all others and bind its photos to it, whole or not at all; one that is there is left alone. */
export async function add(record, db = null) {
  const tx = writing(db ?? (await open()), "outbox", "photos", "lease");
  const there = await tx.objectStore("outbox").get(record.id);
  if (there) return there; // its form was killed before it was emptied
  const counter = tx.objectStore("lease");
  record.n = ((await counter.get("n")) ?? 0) + 1;
  counter.put(record.n, "n");
  tx.objectStore("outbox").add(record);
  const photos = tx.objectStore("photos");
  for (const id of photosOf(record)) {
    const photo = await photos.get(id);
    if (photo) photos.put({ ...photo, record: record.id });
  }
  await tx.done;
  changed();
  return record;
}

/**
 * Change one record as it stands on the disk at this moment.
 * @param {string} id
 * @param {(record: Object) => (Object|null|undefined)} turn null removes it, undefined leaves it alone
 * @returns the record afterwards, or undefined
 */
export async function change(id, turn, db = null) {
  const tx = writing(db ?? (await open()), "outbox");
  const found = await tx.store.get(id);
  const turned = found && turn(found);
  if (turned === null) tx.store.delete(id);
  else if (turned) tx.store.put(turned);
  await tx.done;
  if (turned !== undefined) changed();
  return turned === undefined ? undefined : turned ?? undefined;
}

/** Change several records in one go; those for which `turn` gives undefined are left alone. */
export async function changeAll(turn, db = null) {
  const tx = writing(db ?? (await open()), "outbox");
  let some = false;
  for (let at = await tx.store.openCursor(); at; at = await at.continue()) {
    const turned = turn(at.value);
    if (turned === undefined) continue;
    some = true;
    if (turned === null) at.delete();
    else at.update(turned);
  }
  await tx.done;
  if (some) changed();
}

/** Forget a record and its photos if it may go as it stands at this moment; false: it has to stay. */
export async function remove(id, mayGo) {
  const tx = writing(await open(), "outbox", "photos");
  const record = await tx.objectStore("outbox").get(id);
  const isGone = Boolean(record) && mayGo(record);
  if (isGone) {
    tx.objectStore("outbox").delete(id);
    for (const photo of photosOf(record)) tx.objectStore("photos").delete(photo);
  }
  await tx.done;
  if (isGone) changed();
  return isGone || !record;
}

/** Which photos a record sends. */
export const photosOf = (record) => record.steps.flatMap((step) => (step.kind === "photos" ? step.photos ?? [] : []));

/** Keep only the newest of what was sent, and that for some days. */
export async function tidy(db, most = DONE_KEPT) {
  const done = (await db.getAll("outbox")).filter((row) => row.state === "done").sort((one, other) => other.n - one.n);
  const isOld = (row) => !(Math.abs(now() - new Date(row.done_at)) < DONE_MS); // a clock that ran ahead dates it into the future
  const old = new Set(done.filter((row, n) => n >= most || isOld(row)).map((row) => row.id));
  if (old.size) await changeAll((row) => (old.has(row.id) ? null : undefined), db);
  const tx = writing(db, "outbox", "lease");
  const live = new Set((await tx.objectStore("outbox").getAll()).map((row) => `subject:${row.subject?.uid}`));
  for (const key of await tx.objectStore("lease").getAllKeys()) {
    if (key.startsWith("subject:") && !live.has(key)) tx.objectStore("lease").delete(key);
  }
  await tx.done;
}

/** Tell this page and the others that something changed; many changes at once are told together. */
export function changed(isFromElsewhere = false) {
  if (!isFromElsewhere) channel?.postMessage("changed");
  if (timer) return;
  timer = setTimeout(tellNow, Math.max(0, toldAt + every - Date.now()));
}

async function tellNow() {
  [timer, toldAt] = [0, Date.now()];
  const found = await rows();
  every = found.length > MANY ? MANY_MS : TOLD_EVERY_MS;
  const refused = found.filter((row) => STUCK.includes(row.state)).length;
  tell("outbox:changed", { rows: found, waiting: found.filter((row) => row.state !== "done").length - refused, refused });
}

channel?.addEventListener("message", () => changed(true));
