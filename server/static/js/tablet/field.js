/**
 * What the device knows: told first from IndexedDB, then asked for anew whenever there is reason to.
 * Tells `field:ground` (ground), `field:work` ({issues, made, isStale, fresh}), `field:person` (where it is another one)
 * and `field:net` ({isOnline, isReachable, isSignedOut, lastAt, why}). Hears `outbox:changed` and `outbox:sent`.
 */

import { hear, page, tell } from "../page.js";
import { ask, isAway } from "./asking.js";
import { details, forgetAll, forgetOld, get, keep, later, newestOf, newlyMine, touch } from "./kept.js";
import { laid } from "./pending.js";
import { isReachable, net, reached, unreached } from "./reached.js";
import { become, leave, open, whoami } from "./store.js";

const GROUND_MS = 10 * 60 * 1000;
const RETRY_MS = [15, 30, 60, 120].map((seconds) => seconds * 1000);
const ALL = ["start", "online", "visible", "person"];
const EMPTY = { ground: null, work: null, rows: [], isStale: true, etag: "" };
const state = { ...EMPTY };
let [started, running, next, groundAt, failures, timer] = [null, null, null, 0, 0, 0];
const over = (issue) => laid(issue, state.rows, state.ground?.moves);
const urlOf = (name, path) => page.urls?.[name] ?? `/api/v1/field/${path}`;

/** The ground as `/api/v1/field/ground` tells it, or null before the first visit. */
export const ground = () => state.ground;
/** `{issues, made}` with what is pending laid over, or null. */
export const work = () => state.work && { ...state.work, issues: state.work.issues.map(over) };
export { isReachable, signedOut } from "./reached.js";

/** An issue whole if it is on the device, else in brief, else null; never asks the network. */
export async function issue(number) {
  const newest = await newestOf(number, state.work);
  return newest && over(newest);
}

/** Begin: tell what is here at once, then ask. */
export function start() {
  started ??= (async () => {
    hear("outbox:changed", (told) => show(told));
    hear("outbox:sent", ({ answers }) => taken(answers ?? []));
    addEventListener("online", () => refresh("online"));
    addEventListener("offline", () => net());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh("visible"); });
    if (whoami()) await load();
    refresh("start");
  })();
  return started;
}

/** Forget the person: what the server told is deleted, what waits to be sent stays. */
export async function forget() {
  Object.assign(state, EMPTY);
  groundAt = 0;
  await leave();
}

/** Ask the server, once more where it is being asked already; done when that is. */
export function refresh(reason = "") {
  if (!running) return run(reason);
  if (ALL.includes(reason)) groundAt = 0;
  next ??= running.catch(() => {}).then(() => { next = null; return run(reason); });
  return next;
}

const run = (reason) => (running = asked(reason).finally(() => { running = null; }));

async function load() {
  await forgetOld();
  const [laidOut, tasks] = [await get("ground"), await get("work")];
  state.rows = await (await open()).getAll("outbox");
  Object.assign(state, { ground: laidOut?.data ?? null, etag: laidOut?.etag, work: tasks?.data ?? null });
  if (state.ground) tell("field:ground", state.ground);
  if (state.work) told([], true);
  net({ lastAt: tasks?.at ?? null });
}

async function asked(reason) {
  clearTimeout(timer);
  try {
    if (!state.ground || ALL.includes(reason) || Date.now() - groundAt > GROUND_MS) await askGround();
    await askWork();
    failures = 0;
    reached();
    if (await details(state.work.issues, urlOf("details", "issues"), state.ground.limits.numbers)) net();
  } catch (error) {
    if (error.message === "nobody") return; // signed out meanwhile
    if (typeof error.status !== "number") throw error;
    unreached(error, isAway(error));
    if (whoami() && (await forgetOld())) dropped();
    if (error.status !== 401) timer = setTimeout(() => document.hidden || refresh("retry"), RETRY_MS[Math.min(failures++, 3)]);
  }
}

async function askGround() {
  const before = whoami()?.uid;
  const known = before && (await get("ground"));
  const { data, etag } = await ask(urlOf("ground", "ground"), known?.etag);
  if (whoami()?.uid !== before) throw new Error("nobody"); // signed out while the answer was on its way
  groundAt = Date.now();
  if (data && data.person.uid !== before) await turnTo(data.person, before);
  await (data ? keep("ground", data, etag) : touch("ground"));
  if (etag === state.etag) return;
  Object.assign(state, { ground: data ?? known.data, etag }); // another tab may have kept a newer one
  tell("field:ground", state.ground);
}

/** Work for somebody else from now on. */
async function turnTo(person, before) {
  Object.assign(state, EMPTY);
  become(person);
  if (before) await forgetAll(before);
  await load();
  tell("field:person", person);
}

async function askWork() {
  const known = await get("work");
  const { data, etag } = await ask(urlOf("work", "work"), known?.etag);
  if (data && data.person !== whoami()?.uid) return askGround().then(askWork); // somebody else signed in meanwhile
  await (data ? keep("work", data, etag) : touch("work"));
  const isNews = data || state.isStale || state.work.stamp !== known.data.stamp;
  state.work = data ?? known.data;
  if (isNews) told(data && known ? newlyMine(known.data, data) : [], false);
}

function told(fresh, isStale) {
  state.isStale = isStale;
  tell("field:work", { issues: [], made: null, ...work(), fresh, isStale });
}

/** A week without contact: what speaks of people is gone. */
function dropped() {
  state.work = null;
  told([], true);
}

async function show({ rows } = {}) {
  if (!whoami()) return;
  state.rows = rows ?? (await (await open()).getAll("outbox"));
  if (state.work) told([], !isReachable());
}

/** The server answered an act: what it says of the issue holds until it is asked again. */
async function taken(answers) {
  for (const one of answers) if (one?.number && one.log) await later(one, state.work);
  if (state.work) told([], state.isStale);
  refresh("sent");
}
