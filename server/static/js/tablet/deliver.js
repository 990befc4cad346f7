/** Takes one record to the server, step by step. */

import { say, tell } from "../page.js";
import { STUCK, change } from "./queue.js";
import { Verdict, fixed, send } from "./send.js";
import { answered, orphaned, raised, unanswered } from "./settle.js";
import { whoami } from "./store.js";

export const LEAST_MS = 15_000;
const MOST_MS = 300_000;
const WHOLE = ["away", "pause", "signin"];

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

async function fix(db, id) {
  const about = (await db.get("outbox", id))?.subject;
  const chain = about && (await db.get("lease", `subject:${about.uid}`));
  let step = null;
  const record = await change(id, (row) => {
    if (row.state === "done" || STUCK.includes(row.state)) return undefined;
    step = row.steps.find((one) => !one.done) ?? null;
    if (!step) return { ...row, state: "done", why: "" };
    if (row.subject) row.subject.number ??= chain?.number ?? null;
    if (!step.fixed && step.kind === "act") Object.assign(step, { version: raised(chain, step.version, row.steps[0].kind === "report") });
    step.fixed ??= fixed(row, step);
    return { ...row, state: "sending", why: "", tries: (row.tries ?? 0) + 1 };
  }, db);
  return { record, step };
}

async function sendStep(db, step, me) {
  if (step.kind !== "photos") return send(step, me.csrf);
  const photos = (await Promise.all(step.photos.map((id) => db.get("photos", id)))).filter(Boolean);
  return photos.length ? send(step, me.csrf, photos) : new Verdict("refused", { words: say("queue_no_photos") });
}

function told(record, answers) {
  tell("outbox:sent", { record, answers });
  return { how: "done" };
}
