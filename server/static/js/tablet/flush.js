/** Sends what waits: one page at a time, in order, as the person whose it is, and never the same twice. */

import { say, tell } from "../page.js";
import { alone } from "./alone.js";
import { sweep } from "./photos.js";
import { LEAST_MS, MOST_MS, backOff, sendRecord } from "./deliver.js";
import { STUCK, change, changeAll, rows, tidy } from "./queue.js";
import { Verdict, WHOLE, whoIsThere } from "./send.js";
import { allWait } from "./settle.js";
import { makes } from "./step.js";
import { open, whoami } from "./store.js";

const FAULTS_MOST = 3; // in a row: it is the server, not the record
const CLEANED_MS = 3_600_000; // while there is nothing to send
let [running, isAsked, timer, failures, trouble] = [null, false, 0, 0, ""];
let [pausedUntil, pauseWords, cleanedAt] = [0, "", -Infinity]; // by performance.now(): nobody sets that clock

/** Try to send all that waits; safe to call at any time and from any page. */
export function flush() {
  isAsked = true;
  running ??= work().finally(() => { running = null; });
  return running;
}

/** Send whenever there is reason to hope: now, when the network is back, when the page is looked at. */
export function start() {
  addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  return flush();
}

async function work() {
  while (isAsked && whoami()) {
    isAsked = false;
    later(await tried(whoami().uid));
  }
}

/** A pass that fails in itself (a full disk, a database closed for a newer app) is told, and comes again like any other. */
async function tried(person) {
  let [db, words, ended] = [null, "", null];
  try {
    db = await open(person);
    ended = await alone(db, () => pass(db, person));
  } catch (error) {
    const isFull = error?.name === "QuotaExceededError";
    words = say(isFull ? "queue_disk" : "queue_stumbled");
    ended = new Verdict("away", { words });
    if (db && isFull) await tidy(db, 0).catch(() => { /* Nothing could be freed. */ });
    if (db) await allWait(db, ended).catch(() => { /* It is told below. */ });
  }
  if (words !== trouble) tell("outbox:trouble", { words });
  trouble = words;
  return ended;
}

/** Come again: after what the server said, else each time later, up to five minutes. */
function later({ how, after_s, soonest, words }) {
  clearTimeout(timer);
  failures = how === "away" ? failures + 1 : 0;
  if (how === "pause") [pausedUntil, pauseWords] = [performance.now() + after_s * 1000, words];
  const waits = [];
  if (how === "away") waits.push(backOff(failures));
  if (how === "pause") waits.push(after_s * 1000 + Math.random() * 2000);
  if (soonest) waits.push(Math.max(LEAST_MS, soonest - Date.now()));
  if (waits.length) timer = setTimeout(flush, Math.min(MOST_MS, ...waits));
}

async function pass(db, person) {
  await changeAll((row) => (row.state === "sending" ? { ...row, state: "waiting" } : undefined), db); // its page was closed
  const list = await rows();
  if (!list.some((row) => row.state !== "done" && !STUCK.includes(row.state))) {
    await clean(db, CLEANED_MS);
    return { how: "idle" };
  }
  const stop = await hindrance(person);
  if (stop.how) {
    await allWait(db, stop);
    return stop;
  }
  const ended = await each(db, list, { ...stop, person, renew: () => hindrance(person) });
  await clean(db);
  return ended;
}

async function clean(db, within = 0) {
  if (performance.now() - cleanedAt < within) return;
  cleanedAt = performance.now();
  await tidy(db);
  await sweep(db);
}

/** Who we are to the server, or why nothing can be sent at all. */
async function hindrance(person) {
  const rest = pausedUntil - performance.now();
  if (rest > 0) return new Verdict("pause", { words: pauseWords, after_s: rest / 1000 });
  if (navigator.onLine === false) return new Verdict("away", { words: say("queue_away") });
  const me = await whoIsThere();
  if (!me.how && me.uid !== person) return new Verdict("signin", { words: say("queue_other") });
  return me;
}

async function each(db, list, me) {
  const blocked = new Set();
  const awaited = new Map(list.flatMap((row) => makes(row).map((uid) => [uid, row.state]))); // what others lean upon
  let [soonest, faults] = [0, 0];
  for (const row of list) {
    const about = row.subject?.uid;
    const first = awaited.get(row.needs);
    if (row.state === "done") continue;
    if (!STUCK.includes(row.state)) {
      if (blocked.has(about) || first) await waitBehind(db, row.id, first);
      else if (isLater(row)) soonest = Math.min(soonest || Infinity, row.next_at);
      else {
        const verdict = await sendRecord(db, row.id, me);
        if (WHOLE.includes(verdict.how)) {
          await allWait(db, verdict);
          return verdict;
        }
        faults = verdict.how === "fault" ? faults + 1 : 0;
        if (faults >= FAULTS_MOST) return new Verdict("away", { words: verdict.words });
        if (verdict.next_at) soonest = Math.min(soonest || Infinity, verdict.next_at);
        for (const uid of makes(row)) if (verdict.how === "done") awaited.delete(uid); else awaited.set(uid, verdict.how);
        if (verdict.how === "done") continue;
      }
    }
    if (about) blocked.add(about);
  }
  return { how: "done", soonest };
}

/** A wait that is longer than any is one of a clock that was wrong. */
const isLater = ({ next_at }) => next_at > Date.now() && next_at <= Date.now() + MOST_MS;

function waitBehind(db, id, first) {
  const isStuck = STUCK.includes(first);
  const [why, code] = [say(isStuck ? "queue_needs_stuck" : first ? "queue_needs" : "queue_behind"), isStuck ? "needs.stuck" : ""];
  return change(id, (row) => {
    const isSo = STUCK.includes(row.state) || row.state === "done" || (row.why === why && row.code === code && row.state === "waiting");
    return isSo ? undefined : { ...row, state: "waiting", why, code };
  }, db);
}
