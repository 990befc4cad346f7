/**
 * New work without a reload: a stream of events while the page is looked at, else asking again at long intervals.
 * Tells `live:mode` ("stream", "poll" or "still"). What comes is told by field.js as `field:work`.
 */

import { hearNow, page, tell } from "../page.js";
import * as field from "./field.js";
import { whoami } from "./store.js";

const POLL_MS = 15000;
const SPREAD_MS = 3000; // so that a hundred tablets do not ask at once
const POLLS_PER_TRY = 4; // a stream that was refused is tried again after so many
let source = null;
let poll = 0;
let polls = 0;
let soon = 0;
let mode = "still";

/** Begin to follow what is new; once per page. */
export function follow() {
  hearNow("field:net", () => (isWanted() ? begin() : rest()));
  document.addEventListener("visibilitychange", () => (isWanted() ? begin() : rest()));
  addEventListener("pagehide", rest);
  addEventListener("offline", rest);
}

function isWanted() {
  return !document.hidden && navigator.onLine && !field.signedOut && Boolean(whoami());
}

function begin() {
  if (source || poll || !field.isReachable()) return;
  polls = 0;
  connect();
}

function connect() {
  if (!("EventSource" in window)) return later();
  source = new EventSource(page.urls?.events ?? "/api/v1/field/events");
  source.addEventListener("hello", () => {
    if (mode === "poll") ask("stream");
    polls = 0;
    become("stream");
  });
  source.addEventListener("work", () => {
    soon ||= setTimeout(() => { soon = 0; ask("event"); }, 300 + Math.random() * 1200);
  });
  // The browser would try again by itself every few seconds, or never after a refusal.
  source.addEventListener("error", later);
  return undefined;
}

function later() {
  source?.close();
  source = null;
  become("poll");
  clearTimeout(poll);
  poll = setTimeout(again, POLL_MS + Math.random() * SPREAD_MS);
}

function again() {
  poll = 0;
  if (!isWanted()) return rest();
  polls += 1;
  if (polls % POLLS_PER_TRY === 0) connect();
  else later();
  return ask("poll");
}

function ask(reason) {
  // Whether a server that cannot be reached is back is found out by field.js, which waits ever longer.
  if (isWanted() && field.isReachable()) field.refresh(reason);
}

/** In the background nothing is asked and no line is held; field.js asks when the page is looked at again. */
function rest() {
  source?.close();
  source = null;
  clearTimeout(poll);
  clearTimeout(soon);
  [poll, soon] = [0, 0];
  become("still");
}

function become(next) {
  if (mode === next) return;
  mode = next;
  tell("live:mode", next);
}
