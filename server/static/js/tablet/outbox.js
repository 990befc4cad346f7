/** The outbox: whatever the person does goes in here first and stays until the server has it or they decide. */

import { say } from "../page.js";
import { skew } from "./clock.js";
import { flush } from "./flush.js";
import { Refused, newPhoto, room } from "./photos.js";
import { add, change, photosOf, remove, rows } from "./queue.js";
import { open, whoami } from "./store.js";
import { freshUid } from "./uid.js";

export { Refused, flush, newPhoto };
export { start } from "./flush.js";

const ENDINGS = ["finish", "settle"];
const SAID = ["outcome", "reason", "text", "matter", "told"];

/**
 * Put a record in; when this returns it stands on the disk.
 * @param {{title: string, subject?: {uid: string, number: ?string}, steps: Array}} wish steps without keys
 * @param {{uid: string}|null} person whose it is, where it is not the present one
 * @returns {Promise<Object>} the record as it is kept
 * @throws {Refused} there is no room, or nobody is known; nothing was kept
 */
export async function put(wish, person = whoami()) {
  if (!person) throw new Refused(say("queue_nobody"));
  if ((await room()).isFull) throw new Refused(say("queue_full"));
  const at = wish.at ?? new Date().toISOString();
  const reported = wish.steps.find((step) => step.kind === "report");
  const subject = wish.subject ?? (reported ? { uid: reported.body.uid ?? freshUid(), number: null } : null);
  const record = {
    ...wish, id: wish.id ?? freshUid(), person: person.uid, at, skew_s: skew(), subject,
    steps: inOrder(wish.steps).map((step) => ({ ...step, key: step.key ?? freshUid(), done: false, answer: null })),
    state: "waiting", why: "", conflict: null, tries: 0, next_at: null,
  };
  try {
    const kept = await add(record, await open(person.uid));
    flush();
    return kept;
  } catch (error) {
    throw error?.name === "QuotaExceededError" ? new Refused(say("queue_full")) : error;
  }
}

/** What was done is shown before it is called done: an issue that is closed at once takes no more photos. */
function inOrder(steps) {
  const end = steps.findIndex((step) => step.kind === "act" && ENDINGS.includes(step.action));
  if (end < 0) return steps;
  const late = steps.slice(end + 1).filter((step) => step.kind === "photos");
  return [...steps.slice(0, end), ...late, steps[end], ...steps.slice(end + 1).filter((step) => step.kind !== "photos")];
}

/** All records in the order in which they were put. */
export const all = rows;

/** Whether the server may have a step of a record already although no answer came. */
export const isUnknown = (record) => record.steps.some((step) => step.fixed && !step.done);

/** Try a record again now. */
export async function retry(id) {
  await change(id, (row) => (row.state === "done" ? undefined : { ...row, state: "waiting", why: "", next_at: null }));
  return flush();
}

/**
 * Say it otherwise: what is not sent yet is replaced, under new keys.
 * @param {string} id
 * @param {{title?: string, steps: Array}} wish `steps` in place of all that are not done
 * @throws {Refused} it is on its way, or may have arrived
 */
export async function edit(id, wish) {
  let why = "";
  await change(id, (row) => {
    why = row.state === "sending" ? say("queue_on_its_way") : isUnknown(row) ? say("queue_maybe_there") : "";
    if (why || row.state === "done") return undefined;
    const steps = inOrder(wish.steps).map((step) => again(row, step)); // what changed meanwhile was shown
    return fresh({ ...row, title: wish.title ?? row.title, steps: [...row.steps.filter((step) => step.done), ...steps] });
  });
  if (why) throw new Refused(why);
  return flush();
}

const fresh = (row) => ({ ...row, state: "waiting", why: "", code: "", conflict: null, tries: 0, next_at: null });

/** Delete a record for good, and its photos with it. The caller has asked. */
export async function drop(id) {
  const record = (await rows()).find((row) => row.id === id);
  if (record?.state === "sending") throw new Refused(say("queue_on_its_way"));
  if (record) await remove(record);
  return flush();
}

/**
 * Decide about a record that was refused.
 * @param {string} id
 * @param {"anyway"|"now"|"note"|"drop"} choice anyway: upon the state that was shown; now: with the time it is
 *   sent; note: only the words and photos, as a note
 */
export async function decide(id, choice) {
  if (choice === "drop") return drop(id);
  await change(id, (row) => {
    const step = row.steps.find((one) => !one.done);
    if (!["refused", "decide"].includes(row.state) || !step) return undefined;
    const steps = choice === "note" ? asNote(row) : row.steps.map((one) => (one === step ? again(row, step, choice) : one));
    return fresh({ ...row, steps });
  });
  return flush();
}

function again(row, step, choice = "") {
  const version = row.conflict?.version ?? step.version ?? null;
  const seen = [...(step.seen ?? []), step.version].filter((one) => one != null);
  return { ...step, key: freshUid(), done: false, answer: null, fixed: undefined, version, seen, is_now: choice === "now" || step.is_now };
}

function asNote(row) {
  const kept = row.steps.filter((step) => step.done || step.kind === "photos");
  const acts = row.steps.filter((step) => !step.done && step.kind === "act");
  const text = acts.map((step) => say("queue_note", { action: step.name ?? step.action, words: wordsOf(step) || "—" })).join("\n");
  const note = { kind: "act", action: "note", name: say("queue_as_note"), given: { text }, version: null, key: freshUid(), done: false };
  return [...kept.filter((step) => step.done), ...(text ? [note] : []), ...kept.filter((step) => !step.done)];
}

/** The person's own words in a step. */
export function wordsOf(step) {
  if (step.kind === "act") return SAID.map((name) => step.given?.[name]).filter(Boolean).join("；");
  return step.body?.description ?? step.body?.words ?? step.body?.text ?? "";
}

/** Which photos a record still has to send. */
export const photosIn = photosOf;
