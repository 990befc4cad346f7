/** What an answer makes of a record, written in one go with the photos it frees and the versions it tells. */

import { say } from "../page.js";
import { now } from "./clock.js";
import { changed } from "./queue.js";
import { issueNow } from "./send.js";
import { writing } from "./store.js";

const NEW = "new"; // the version on which acts of a report stand that was not answered yet
const NAMELESS = ["visit", "care", "care_end"]; // whose title may say a place or a person
const TRIED = { away: "waiting", pause: "waiting", fault: "waiting", signin: "signin" };

/**
 * The version an act is to be sent with: what this device's own steps have made of the one it was put upon.
 * @param {{hops: Object}|undefined} chain what is known of the issue, see `answered`
 * @param {?number} version null: whatever it is
 * @param {boolean} isOwnReport the act follows the report of its own record
 */
export function raised(chain, version, isOwnReport = false) {
  const hops = chain?.hops ?? {};
  let at = version ?? (isOwnReport ? NEW : null);
  while (at != null && at in hops && hops[at] !== at) at = hops[at];
  return at === NEW ? null : at;
}

/** Write that a step was answered; its photos are let go of, and the next step knows the newest version. */
export async function answered(db, id, key, body) {
  const tx = writing(db, "outbox", "photos", "lease");
  const record = await tx.objectStore("outbox").get(id);
  const step = record?.steps.find((one) => one.key === key);
  if (!step || step.done) { await tx.done; return record; } // another page was faster
  const about = record.subject && `subject:${record.subject.uid}`;
  const chain = (about && (await tx.objectStore("lease").get(about))) || { number: null, hops: {} };
  for (const [from, to] of hopsOf(step, body)) if (to > (chain.hops[from] ?? 0)) chain.hops[from] = to;
  if (step.kind === "report") chain.number = body.number;
  if (about) tx.objectStore("lease").put(chain, about);
  for (const photo of step.photos ?? []) tx.objectStore("photos").delete(photo);
  Object.assign(step, { done: true, answer: brief(body), photos: step.photos && [], count: step.photos?.length });
  delete step.fixed;
  if (record.subject) record.subject.number ??= chain.number;
  const isDone = record.steps.every((one) => one.done);
  Object.assign(record, { why: "", code: "", conflict: null, tries: 0, strange: 0, next_at: null });
  Object.assign(record, isDone ? finished(record) : { state: "waiting" });
  tx.objectStore("outbox").put(record);
  await tx.done;
  changed();
  return record;
}

/** From which versions to which a step has taken its issue: itself, and what the system did at once; no more. */
function hopsOf(step, body) {
  if (!Number.isInteger(body.version)) return [];
  if (step.kind === "report") return [[NEW, body.version]];
  if (step.kind === "photos") return body.before < body.version ? [[body.before, body.version]] : [];
  const log = body.log ?? [];
  if (step.action === "note") return log.at(-1)?.action === "note" ? [[body.version - 1, body.version]] : [];
  const sent = step.fixed?.said.version;
  if (sent == null) return [];
  let to = sent + 1;
  while (log[to] && !log[to].who) to += 1; // an entry is a version; it may be read again long after
  return [...(step.seen ?? []), sent].filter((from) => from < to).map((from) => [from, to]);
}

const brief = ({ number, version, uid, state, holder, cell, visit_found }) => ({ number, version, uid, state, holder, cell, visit_found });

/** What is left of a record that was sent: no words about people stay on the device. */
function finished(record) {
  const steps = record.steps.map(({ key, kind, action, name, what, count, lost, answer }) => (
    { key, kind, action, name, what, count, lost, answer, done: true }));
  const [told] = steps.filter(({ kind }) => NAMELESS.includes(kind));
  const title = told ? [say(`queue_step_${told.kind}`), told.answer.cell?.name].filter(Boolean).join(" · ") : record.title;
  return { state: "done", done_at: now().toISOString(), title, steps };
}

/** Write that a step was not taken: for now, or with a reason that asks for a decision. */
export async function unanswered(db, id, key, verdict, next_at = null) {
  let [conflict, state] = [null, TRIED[verdict.how]];
  if (!state) {
    const asked = await db.get("outbox", id);
    const isAct = asked?.steps.some((one) => one.key === key && ["act", "photos"].includes(one.kind));
    state = verdict.how === "decide" && isAct ? "decide" : "refused";
    if (isAct && verdict.strange === undefined && [403, 409].includes(verdict.status)) conflict = await standing(asked, verdict.body);
  }
  const tx = writing(db, "outbox");
  const record = await tx.store.get(id);
  const step = record?.steps.find((one) => one.key === key);
  if (step && !step.done) {
    const strange = verdict.strange ?? record.strange ?? 0;
    const isNo = verdict.strange === undefined || strange === record.tries; // else an earlier try may have arrived
    if (!(verdict.how in TRIED) && isNo) delete step.fixed; // it was refused: it may be said otherwise
    tx.store.put({ ...record, state, conflict, why: verdict.words, code: verdict.body?.title ?? "", strange, next_at });
  }
  await tx.done;
  changed();
}

/** How the issue stands now, what was done with it since the person saw it, and what is still possible. */
async function standing(record, said) {
  const now = record.subject?.number ? await issueNow(record.subject.number) : null;
  const seen = record.steps.find((one) => !one.done)?.version;
  const since = now?.log && seen != null ? now.log.slice(seen) : [];
  const changes = said?.changed ?? since.map(({ action, action_name: name, who, at }) => ({ action, name, who, at }));
  const possible = now ? now.actions.map((one) => one.action) : said?.possible ?? [];
  return { state: now?.state ?? null, holder: now?.holder ?? null, version: now?.version ?? null, changed: changes, possible };
}

/** Everything that could go waits, and says why. */
export async function allWait(db, verdict) {
  const state = TRIED[verdict.how] ?? "waiting";
  const tx = writing(db, "outbox");
  let some = false;
  for (let at = await tx.store.openCursor(); at; at = await at.continue()) {
    const row = at.value;
    if (!["waiting", "sending", "signin"].includes(row.state) || (row.state === state && row.why === verdict.words)) continue;
    some = true;
    at.update({ ...row, state, why: verdict.words });
  }
  await tx.done;
  if (some) changed();
}

/** A step that will never find its issue: the report before it is gone. */
export const orphaned = () => ({ how: "refused", status: 0, words: say("queue_orphan"), body: {} });
