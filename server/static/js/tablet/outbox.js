/** The outbox: whatever the person does goes in here first and stays until the server has it or they decide. */

import { say } from "../page.js";
import { skew } from "./clock.js";
import { flush } from "./flush.js";
import { Refused, newPhoto } from "./photos.js";
import { STUCK, add, change, changeAll, photosOf, remove, rows, tidy } from "./queue.js";
import { asNote, inOrder, isUnknown, needOf, without, wordsOf } from "./step.js";
import { open, whoami } from "./store.js";
import { freshUid } from "./uid.js";

export { Refused, flush, isUnknown, newPhoto, wordsOf };
export { start } from "./flush.js";

/**
 * Put a record in; when this returns it stands on the disk.
 * @param {{title: string, subject?: {uid: string, number: ?string}, needs?: string, steps: Array}} wish steps without
 *   keys; `needs`: the uid of the visit or patrol that has to arrive first, told by the steps themselves
 * @param {{uid: string}|null} person whose it is, where it is not the present one
 * @returns {Promise<Object>} the record as it is kept
 * @throws {Refused} the disk is full, or nobody is known; nothing was kept
 */
export async function put(wish, person = whoami()) {
  if (!person) throw new Refused(say("queue_nobody"));
  const at = wish.at ?? new Date().toISOString();
  const reported = wish.steps.find((step) => step.kind === "report");
  const subject = wish.subject ?? (reported ? { uid: reported.body.uid ?? freshUid(), number: null } : null);
  const record = {
    ...wish, id: wish.id ?? freshUid(), person: person.uid, at, skew_s: skew(), subject, needs: wish.needs ?? needOf(wish.steps),
    steps: inOrder(wish.steps).map((step) => ({ ...step, key: step.key ?? freshUid(), done: false, answer: null })),
    state: "waiting", why: "", conflict: null, tries: 0, next_at: null,
  };
  const db = await open(person.uid);
  const kept = await add(record, db).catch((error) => squeezed(error, record, db));
  flush();
  return kept;
}

/** Words are refused by a full disk alone, and not before what was only kept to be looked at is gone. */
async function squeezed(error, record, db) {
  if (error?.name !== "QuotaExceededError") throw error;
  try {
    await tidy(db, 0);
    return await add(record, db);
  } catch (again) {
    throw again?.name === "QuotaExceededError" ? new Refused(say("queue_full")) : again;
  }
}

/** All records in the order in which they were put. */
export const all = rows;

/** Try a record again now. */
export async function retry(id) {
  await change(id, (row) => (["done", "sending"].includes(row.state) ? undefined : { ...row, state: "waiting", why: "", next_at: null }));
  return flush();
}

/** Try everything again now that would only be tried later. */
export async function retryAll() {
  await changeAll((row) => (row.state === "waiting" && row.next_at ? { ...row, next_at: null } : undefined));
  return flush();
}

/**
 * Say it otherwise: what is not sent yet is replaced, under new keys; what has been answered stays as it was sent.
 * @param {string} id
 * @param {{title?: string, steps: Array}} wish `steps` in place of all that are not done
 * @throws {Refused} it is on its way, or may have arrived, or words of it went or were changed meanwhile
 */
export async function edit(id, wish) {
  let why = say("queue_went");
  await change(id, (row) => {
    why = row.state === "sending" ? say("queue_on_its_way") : isUnknown(row) ? say("queue_maybe_there") : "";
    const keys = new Map(row.steps.map((step) => [step.key, step.done]));
    const [open_, went] = [wish.steps.filter((step) => !keys.get(step.key)), wish.steps.filter((step) => keys.get(step.key))];
    const isOther = went.some(wordsOf) || open_.some((step) => step.key && !keys.has(step.key));
    if (row.state === "done" || isOther || !open_.length) why ||= say("queue_went");
    if (why) return undefined;
    const steps = inOrder(open_).map((step) => again(row, step)); // what changed meanwhile was shown
    return fresh({ ...row, title: wish.title ?? row.title, steps: [...row.steps.filter((step) => step.done), ...steps] });
  });
  if (why) throw new Refused(why);
  return flush();
}

const fresh = (row) => ({ ...row, state: "waiting", why: "", code: "", conflict: null, tries: 0, strange: 0, next_at: null });

/** Delete a record for good, and its photos with it. The caller has asked. */
export async function drop(id) {
  if (!(await remove(id, (row) => row.state !== "sending"))) throw new Refused(say("queue_on_its_way"));
  return flush();
}

/**
 * Decide about a record that was refused, or that waits for one that was.
 * @param {string} id
 * @param {"anyway"|"now"|"note"|"without"|"drop"} choice anyway: upon the state that was shown; now: with the time it is
 *   sent; note: only the words and photos, as a note; without: leaving out the visit, patrol or photos that are not there
 */
export async function decide(id, choice) {
  if (choice === "drop") return drop(id);
  await change(id, (row) => {
    const step = row.steps.find((one) => !one.done);
    if (!step || !mayDecide(row, step, choice)) return undefined;
    if (choice === "note") return fresh({ ...row, steps: asNote(row) });
    const [needs, other] = choice === "without" ? [null, without(step)] : [row.needs, step];
    const instead = other ? [again(row, other, choice)] : [];
    return fresh({ ...row, needs, steps: row.steps.flatMap((one) => (one === step ? instead : [one])) });
  });
  return flush();
}

function mayDecide(row, step, choice) {
  const isStuck = STUCK.includes(row.state);
  if (choice === "note") return isStuck && row.steps.every((one) => one.done || ["act", "photos"].includes(one.kind));
  if (choice !== "without") return isStuck;
  const isMissing = step.kind === "photos" ? row.code === "photos.gone" : Boolean(needOf([step]));
  return isMissing && (isStuck || (row.state === "waiting" && !isUnknown(row)));
}

function again(row, step, choice = "") {
  const version = row.conflict?.version ?? step.version ?? null;
  const seen = [...(step.seen ?? []), step.version].filter((one) => one != null);
  return { ...step, key: freshUid(), done: false, answer: null, fixed: undefined, version, seen, is_now: choice === "now" || step.is_now };
}

/** Which photos a record still has to send. */
export const photosIn = photosOf;
