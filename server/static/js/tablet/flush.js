/** Sends what waits: one page at a time, in order, as the person whose it is, and never the same twice. */

import { say } from "../page.js";
import { alone } from "./alone.js";
import { sweep } from "./photos.js";
import { LEAST_MS, backOff, sendRecord } from "./deliver.js";
import { STUCK, change, changeAll, rows, tidy } from "./queue.js";
import { Verdict, whoIsThere } from "./send.js";
import { allWait } from "./settle.js";
import { open, whoami } from "./store.js";

const FAULTS_MOST = 3; // in a row: it is the server, not the record
const WHOLE = ["away", "pause", "signin"];
let [running, isAsked, timer, failures, pausedUntil, pauseWords] = [null, false, 0, 0, 0, ""];

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
    const person = whoami().uid;
    const db = await open(person);
    const ended = await alone(db, () => pass(db, person));
    later(ended);
  }
}

/** Come again: after what the server said, else each time later, up to five minutes. */
function later({ how, after_s, soonest, words }) {
  clearTimeout(timer);
  failures = how === "away" ? failures + 1 : 0;
  if (how === "pause") [pausedUntil, pauseWords] = [Date.now() + after_s * 1000, words];
  const waits = [];
  if (how === "away") waits.push(backOff(failures));
  if (how === "pause") waits.push(after_s * 1000 + Math.random() * 2000);
  if (soonest) waits.push(Math.max(LEAST_MS, soonest - Date.now()));
  if (waits.length) timer = setTimeout(flush, Math.min(...waits));
}

async function pass(db, person) {
  await changeAll((row) => (row.state === "sending" ? { ...row, state: "waiting" } : undefined), db); // its page was closed
  const list = await rows();
  if (!list.some((row) => row.state !== "done" && !STUCK.includes(row.state))) return { how: "idle" };
  const stop = await hindrance(person);
  if (stop.how) {
    await allWait(db, stop);
    return stop;
  }
  const ended = await each(db, list, { ...stop, person, renew: () => hindrance(person) });
  await tidy(db);
  await sweep(db);
  return ended;
}

/** Who we are to the server, or why nothing can be sent at all. */
async function hindrance(person) {
  if (Date.now() < pausedUntil) return new Verdict("pause", { words: pauseWords, after_s: (pausedUntil - Date.now()) / 1000 });
  if (navigator.onLine === false) return new Verdict("away", { words: say("queue_away") });
  const me = await whoIsThere();
  if (!me.how && me.uid !== person) return new Verdict("signin", { words: say("queue_other") });
  return me;
}

async function each(db, list, me) {
  const blocked = new Set();
  let [soonest, faults] = [0, 0];
  for (const row of list) {
    const about = row.subject?.uid;
    if (row.state === "done") continue;
    if (STUCK.includes(row.state) || blocked.has(about)) {
      if (!STUCK.includes(row.state)) await waitBehind(db, row.id);
    } else if (row.next_at > Date.now()) {
      soonest = Math.min(soonest || Infinity, row.next_at);
    } else {
      const verdict = await sendRecord(db, row.id, me);
      if (WHOLE.includes(verdict.how)) {
        await allWait(db, verdict);
        return verdict;
      }
      faults = verdict.how === "fault" ? faults + 1 : 0;
      if (faults >= FAULTS_MOST) return new Verdict("away", { words: verdict.words });
      if (verdict.next_at) soonest = Math.min(soonest || Infinity, verdict.next_at);
      if (verdict.how === "done") continue;
    }
    if (about) blocked.add(about);
  }
  return { how: "done", soonest };
}

const waitBehind = (db, id) => change(id, (row) => (
  STUCK.includes(row.state) || row.state === "done" ? undefined : { ...row, state: "waiting", why: say("queue_behind") }), db);
