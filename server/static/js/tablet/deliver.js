/** Takes one record to the server, step by step. */

import { say, tell } from "../page.js";
import { STUCK, changed } from "./queue.js";
import { Verdict, WHOLE, fixed, send } from "./send.js";
import { answered, orphaned, raised, unanswered } from "./settle.js";
import { whoami, writing } from "./store.js";
import { freshUid } from "./uid.js";

export const LEAST_MS = 15_000;
export const MOST_MS = 300_000;
const CUT_MOST = 3; // tries without an answer, though the server is there: it is the record, not the line
const STRANGE_MOST = 3; // refusals by somebody between us and the server

/** How long to wait after so many tries: twice as long each time, never less than 15 seconds or more than 5 minutes. */
export const backOff = (tries) => Math.min(MOST_MS, Math.max(LEAST_MS, LEAST_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2)));

/**
 * Send the steps of a record, each fixed on the disk before it goes, until one is not taken.
 * @param {IDBPDatabase} db
 * @param {string} id
 * @param {{person: string, csrf: string, renew: () => Promise}} me
 */
export async function sendRecord(db, id, me) {
  const answers = [];
  for (;;) {
    if (whoami()?.uid !== me.person) return new Verdict("signin", { words: say("queue_signin") });
    const { record, step } = await fix(db, id); // as it stands now: it may have been dropped
    if (!step) return { how: "done" };
    let verdict = step.fixed ? await sendStep(db, step, me) : orphaned();
    if (verdict.isStale) {
      const again = await me.renew();
      if (again.how) return again;
      me.csrf = again.csrf;
      verdict = await sendStep(db, step, me);
    }
    verdict = await charged(verdict, record, me);
    if (verdict.how === "done") {
      answers.push(verdict.body);
      const now = await answered(db, id, step.key, verdict.body);
      if (now?.state === "done") return told(now, answers);
    } else if (WHOLE.includes(verdict.how)) {
      return verdict;
    } else {
      const next_at = verdict.how === "fault" ? Date.now() + backOff(record.tries) : null;
      await unanswered(db, id, step.key, verdict, next_at);
      return { ...verdict, next_at };
    }
  }
}

/** No answer of the server: the line's fault, or this record's alone if the server still answers who we are. */
async function charged(verdict, record, me) {
  if (!["away", "strange"].includes(verdict.how)) return verdict;
  const again = await me.renew();
  if (again.how) return again;
  me.csrf = again.csrf;
  const { how, status } = verdict;
  if (how === "away" && record.tries < CUT_MOST) return verdict;
  const isNo = how === "strange" && status >= 400 && status < 500;
  const strange = (record.strange ?? 0) + (isNo ? 1 : 0);
  const words = status ? say("queue_strange", { status }) : say("queue_cut");
  if (isNo && strange >= STRANGE_MOST) return new Verdict("refused", { status, words: say("queue_between", { status }), strange });
  return new Verdict("fault", { status, words, strange });
}

/** Write down word for word what the next step says, before it goes. */
async function fix(db, id) {
  const tx = writing(db, "outbox", "photos", "lease");
  const [rows, leases] = [tx.objectStore("outbox"), tx.objectStore("lease")];
  const row = await rows.get(id);
  const isOpen = row && row.state !== "done" && !STUCK.includes(row.state);
  const step = (isOpen && row.steps.find((one) => !one.done)) || null;
  if (step) {
    const chain = row.subject && (await leases.get(`subject:${row.subject.uid}`));
    if (row.subject) row.subject.number ??= chain?.number ?? null;
    if (step.kind === "photos") leaveOut(step, new Set(await tx.objectStore("photos").getAllKeys()));
    if (!step.fixed && step.kind === "act") Object.assign(step, { version: raised(chain, step.version, row.steps[0].kind === "report") });
    step.fixed ??= fixed(row, step);
    Object.assign(row, { state: "sending", why: "", tries: (row.tries ?? 0) + 1 });
  } else if (isOpen) Object.assign(row, { state: "done", why: "" });
  if (isOpen) rows.put(row);
  await tx.done;
  if (isOpen) changed();
  return { record: row, step };
}

/** Photos that are no longer here are not said to be sent; with fewer it is another request, under another key. */
function leaveOut(step, there) {
  const here = step.photos.filter((id) => there.has(id));
  const lost = step.photos.length - here.length;
  if (lost) Object.assign(step, { photos: here, lost: (step.lost ?? 0) + lost, key: freshUid() });
}

async function sendStep(db, step, me) {
  if (step.kind !== "photos") return send(step, me.csrf);
  const photos = (await Promise.all(step.photos.map((id) => db.get("photos", id)))).filter(Boolean);
  if (photos.length) return send(step, me.csrf, photos);
  return new Verdict("refused", { words: say("queue_no_photos"), body: { title: "photos.gone" } });
}

function told(record, answers) {
  tell("outbox:sent", { record, answers });
  return { how: "done" };
}
