/**
 * What the device knows: told first from IndexedDB, then asked for anew whenever there is reason to.
 * Tells `field:ground` (ground), `field:work` ({issues, made, isStale, fresh}) and `field:net`
 * ({isOnline, isReachable, isSignedOut, lastAt, why}). Hears `outbox:changed` and `outbox:sent`.
 */

import { hear, page, tell } from "../page.js";
import { ask, isAway } from "./asking.js";
import { details, forgetOld, get, keep, later, touch } from "./kept.js";
import { laid } from "./pending.js";
import { become, leave, open, whoami } from "./store.js";

const GROUND_MS = 10 * 60 * 1000;
const RETRY_MS = [15, 30, 60, 120].map((seconds) => seconds * 1000);
const ALL = ["start", "online", "visible", "person"];
const state = { ground: null, work: null, rows: [], net: { isReachable: false, isSignedOut: false, lastAt: null, why: "" } };
let [started, running, again, groundAt, failures, timer] = [null, null, null, 0, 0, 0];
const nobody = () => Object.assign(state, { ground: null, work: null, rows: [] });
const urlOf = (name, path) => page.urls?.[name] ?? `/api/v1/field/${path}`;

/** The ground as `/api/v1/field/ground` tells it, or null before the first visit. */
export const ground = () => state.ground;
/** `{issues, made}` with what is pending laid over, or null. */
export const work = () => state.work && { ...state.work, issues: state.work.issues.map(over) };
/** Whether the server answered when last asked. */
export const isReachable = () => state.net.isReachable && navigator.onLine;
/** Whether the server no longer knows who this is. */
export let signedOut = false;

const over = (issue) => laid(issue, state.rows, state.ground?.moves);

/** An issue whole if it is on the device, else in brief, else null; never asks the network. */
export async function issue(number) {
  const brief = state.work?.issues.find((one) => one.number === number);
  const whole = whoami() ? (await get(`issue:${number}`))?.data : null;
  const newest = brief && whole && brief.version > whole.version ? { ...whole, ...brief } : whole ?? brief;
  return newest ? over({ mine: brief?.mine ?? false, ...newest }) : null;
}

/** Begin: tell what is here at once, then ask. */
export function start() {
  started ??= (async () => {
    hear("outbox:changed", (told) => show(told));
    hear("outbox:sent", ({ answers }) => taken(answers ?? []));
    addEventListener("online", () => refresh("online"));
    addEventListener("offline", () => net({}));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh("visible"); });
    if (whoami()) await load();
    refresh("start");
  })();
  return started;
}

/** Forget the person: what the server told is deleted, what waits to be sent stays. */
export async function forget() {
  nobody();
  groundAt = 0;
  await leave();
}

/** Ask the server; one asking at a time, and once more where it was called meanwhile. */
export function refresh(reason = "") {
  if (running) {
    again = reason;
    return running;
  }
  running = asked(reason).finally(() => {
    running = null;
    const wanted = again;
    again = null;
    if (wanted !== null) refresh(wanted);
  });
  return running;
}

async function load() {
  await forgetOld();
  const [laidOut, tasks] = [await get("ground"), await get("work")];
  state.rows = await (await open()).getAll("outbox");
  state.ground = laidOut?.data ?? null;
  state.work = tasks?.data ?? null;
  state.net.lastAt = tasks?.at ?? null;
  if (state.ground) tell("field:ground", state.ground);
  if (state.work) told([], true);
  net({});
}

async function asked(reason) {
  clearTimeout(timer);
  try {
    if (!state.ground || ALL.includes(reason) || Date.now() - groundAt > GROUND_MS) await askGround();
    await askWork();
    failures = 0;
    net({ isReachable: true, isSignedOut: false, lastAt: new Date().toISOString(), why: "" });
    await details(state.work.issues, urlOf("details", "issues"), state.ground.limits.numbers);
  } catch (error) {
    if (typeof error.status !== "number") throw error;
    const reached = !isAway(error);
    net({ isReachable: reached, isSignedOut: error.status === 401 || (state.net.isSignedOut && !reached), why: error.message });
    if (error.status !== 401) timer = setTimeout(() => document.hidden || refresh("retry"), RETRY_MS[Math.min(failures++, 3)]);
  }
}

async function askGround() {
  const known = whoami() ? await get("ground") : undefined;
  const { data, etag } = await ask(urlOf("ground", "ground"), known?.etag);
  groundAt = Date.now();
  if (!data) return touch("ground");
  if (data.person.uid !== whoami()?.uid) {
    nobody();
    become(data.person);
    await load();
    tell("field:person", data.person);
  }
  await keep("ground", data, etag);
  state.ground = data;
  tell("field:ground", data);
}

async function askWork() {
  const known = await get("work");
  const { data, etag } = await ask(urlOf("work", "work"), known?.etag);
  if (!data) return touch("work").then(() => told([], false));
  if (data.person !== whoami()?.uid) return askGround().then(askWork); // somebody else signed in meanwhile
  const mine = new Set((known?.data.issues ?? []).filter((one) => one.mine).map((one) => one.number));
  const fresh = known ? data.issues.filter((one) => one.mine && !mine.has(one.number)).map((one) => one.number) : [];
  await keep("work", data, etag);
  state.work = data;
  told(fresh, false);
}

function told(fresh, isStale) {
  tell("field:work", { ...work(), fresh, isStale });
}

function net(changed) {
  Object.assign(state.net, changed);
  signedOut = state.net.isSignedOut;
  tell("field:net", { ...state.net, isOnline: navigator.onLine, isReachable: isReachable() });
}

async function show({ rows } = {}) {
  if (!whoami()) return;
  state.rows = rows ?? (await (await open()).getAll("outbox"));
  if (state.work) told([], !isReachable());
}

/** The server answered an act: what it says of the issue holds until it is asked again. */
async function taken(answers) {
  const issues = answers.filter((one) => one?.number && one.state && one.log);
  for (const one of issues) await later(one, state.work);
  if (state.work && issues.length) told([], false);
  refresh("sent");
}
