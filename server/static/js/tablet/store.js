/** What the device keeps: one database per person, so that nobody's words are sent or seen by another. */

import { openDB } from "../../vendor/idb/index.js";

export const PERSON = "wangge.person";
const LEAVING = "wangge.leaving"; // whoever signed out and is not all forgotten yet
const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const VERSION = 2;
const STORES = {
  outbox: { keyPath: "id" }, // records that wait, see outbox.js
  photos: { keyPath: "id" }, // {id, record, blob, thumb, width, height}
  kept: undefined, // key -> {data, etag, at}: answers of the server
  track: { autoIncrement: true }, // {patrol, at, lon, lat, accuracy_m}
  prefs: undefined, // key -> anything of the person's own: drafts, recents
  lease: undefined, // since 2: who sends, where the browser knows no locks
};
const LEFT_BEHIND = ["kept", "track", "prefs"];
const open_ = new Map();

/** Whom the device works for: `{uid, name, login}`, or null. */
export function whoami() {
  const person = read(PERSON);
  return UID.test(person?.uid) ? person : null;
}

/** What the browser keeps beside the databases, or null where it is damaged. */
export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Work for a person from now on. */
export function become({ uid, name, login }) {
  localStorage.setItem(PERSON, JSON.stringify({ uid, name, login }));
}

/** Open the database of a person, else of the present one; it is opened once and again when it was closed. */
export function open(person = whoami()?.uid) {
  if (!person) return Promise.reject(new Error("nobody"));
  if (!open_.has(person)) {
    const opened = openDB(`wangge.${person}`, VERSION, {
      upgrade,
      blocking: (_now, _next, event) => shut(person, event.target), // another tab brings a newer version
      terminated: () => open_.delete(person),
    });
    opened.catch(() => open_.delete(person));
    open_.set(person, opened);
  }
  return open_.get(person);
}

/** Only ever makes what is missing: nothing that waits is touched by a newer app. */
function upgrade(db) {
  for (const [name, options] of Object.entries(STORES)) {
    if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, options);
  }
}

function shut(person, db) {
  open_.delete(person);
  db.close();
}

/** Begin to write: what is told to be written stands on the disk. */
export function writing(db, ...stores) {
  return db.transaction(stores, "readwrite", { durability: "strict" });
}

/** Begin to write what the server can tell again: it need not survive that the power fails. */
export function caching(db, ...stores) {
  return db.transaction(stores, "readwrite", { durability: "relaxed" });
}

/** Read one of the person's own wishes or drafts. */
export async function pref(key) {
  return (await open()).get("prefs", key);
}

/** Keep one of the person's own wishes or drafts; undefined forgets it. */
export async function setPref(key, value) {
  const tx = writing(await open(), "prefs");
  await Promise.all([value === undefined ? tx.store.delete(key) : tx.store.put(value, key), tx.done]);
}

/** Sign out: what the server told is forgotten; what is not sent stays, and its photos with it. */
export async function leave() {
  const person = whoami();
  if (person) localStorage.setItem(LEAVING, JSON.stringify([...new Set([...leaving(), person.uid])]));
  localStorage.removeItem(PERSON);
  await forgetGone();
}

const leaving = () => [read(LEAVING) ?? []].flat().filter((uid) => UID.test(uid));

/** Forget whoever signed out; a page that was closed in the midst of it goes on with it when it is opened again. */
export async function forgetGone() {
  for (const uid of leaving()) {
    if (uid !== whoami()?.uid) await emptied(uid);
    localStorage.setItem(LEAVING, JSON.stringify(leaving().filter((one) => one !== uid)));
  }
}

async function emptied(uid) {
  const db = await open(uid);
  const tx = writing(db, ...LEFT_BEHIND, "outbox", "photos");
  for (const name of LEFT_BEHIND) tx.objectStore(name).clear();
  const outbox = tx.objectStore("outbox");
  const waiting = new Set();
  for (const record of await outbox.getAll()) {
    if (record.state === "done") outbox.delete(record.id);
    else waiting.add(record.id);
  }
  const photos = tx.objectStore("photos");
  for (let at = await photos.openCursor(); at; at = await at.continue()) {
    if (!waiting.has(at.value.record)) at.delete();
  }
  await tx.done;
}
