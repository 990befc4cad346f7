/** What a step of a record says, what it leans upon, and what is left of it without that. */

import { say } from "../page.js";
import { freshUid } from "./uid.js";

/** The fields of an act that hold the person's own words. */
export const SAID = ["outcome", "reason", "text", "matter", "told"];
const STALE = "state.stale";
const LEANS = { report: "visit", visit: "patrol" }; // which field of its body names what another record makes

/** The person's own words in a step. */
export function wordsOf(step) {
  if (step.kind === "act") return SAID.map((name) => step.given?.[name]).filter(Boolean).join("；");
  return step.body?.description ?? step.body?.words ?? step.body?.text ?? "";
}

/** Why a record was not taken, or not as it was put: one sentence wherever it is shown; "" when there is nothing to say. */
export function whyOf(record) {
  if (record.state === "done") return record.steps.some(({ answer }) => answer?.visit_found === false) ? say("queue_no_visit") : "";
  return record.code === STALE ? say("queue_changed") : record.why ?? "";
}

/** Whether the server may have a step of a record already although no answer came. */
export const isUnknown = (record) => record.steps.some((step) => step.fixed && !step.done);

/** The uid of what has to be there before these steps are taken, or null. */
export const needOf = (steps) => steps.map((step) => step.body?.[LEANS[step.kind]]).find(Boolean) ?? null;

/** What others may lean upon that a record has not made yet. */
export const makes = (record) => record.steps.filter((step) => !step.done && Object.values(LEANS).includes(step.kind))
  .map((step) => step.body.uid);

/** A step without what it leans upon; null when nothing is left of it. */
export function without(step) {
  if (step.kind === "photos") return null;
  const { [LEANS[step.kind]]: _needed, ...body } = step.body ?? {};
  return { ...step, body };
}

/** What was done is shown before it is called done: an issue that is closed at once takes no more photos. */
export function inOrder(steps) {
  const end = steps.findIndex((step) => step.kind === "act" && ["finish", "settle"].includes(step.action));
  if (end < 0) return steps;
  const late = steps.slice(end + 1).filter((step) => step.kind === "photos");
  return [...steps.slice(0, end), ...late, steps[end], ...steps.slice(end + 1).filter((step) => step.kind !== "photos")];
}

/** Only the words and photos of a record, as a note. */
export function asNote(row) {
  const kept = row.steps.filter((step) => step.done || step.kind === "photos");
  const acts = row.steps.filter((step) => !step.done && step.kind === "act");
  const text = acts.map((step) => say("queue_note", { action: step.name ?? step.action, words: wordsOf(step) || "—" })).join("\n");
  const note = { kind: "act", action: "note", name: say("queue_as_note"), given: { text }, version: null, key: freshUid(), done: false };
  return [...kept.filter((step) => step.done), ...(text ? [note] : []), ...kept.filter((step) => !step.done)];
}
