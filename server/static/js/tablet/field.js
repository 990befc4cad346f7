/**
 * What the device knows: told first from IndexedDB, then asked for anew whenever there is reason to.
 * Tells `field:ground` (ground), `field:work` ({issues, made, isStale, fresh, since}) and `field:net` ({isOnline, isReachable,
 * isSignedOut, isUnkept, isAsked, lastAt, why}); `field:person` where it is another one, `field:nobody` once she has signed out, here
 * or on another page: whatever shows what was hers, or holds what she wrote, blanks it. Hears `outbox:changed`, `outbox:sent`.
 */

import { hear, page, tell } from "../page.js";
import { ask, isAway } from "./asking.js";
import { forgetLeft, forgetOthers, replaced } from "./begun.js";
import { details, forgetOld, get, keep, later, newlyMine, touch } from "./kept.js";
import { blank, dropped, load, state, stored, told, turned, wasUnkept } from "./known.js";
import { isReachable, net, reached, unreached } from "./reached.js";
import { PERSON, become, forgetGone, leave, open, whoami } from "./store.js";

const GROUND_MS = 10 * 60 * 1000;
const RETRY_MS = [15, 30, 60, 120].map((seconds) => seconds * 1000);
const ALL = ["start", "online", "visible", "person"];
const [FEW_MS, MANY, MANY_MS] = [300, 20, 15_000]; // while much is being sent, what comes of it is asked for now and then
let [started, running, next, failures, timer, due, isLong] = [null, null, null, 0, 0, 0, false];
const urlOf = (name, path) => page.urls?.[name] ?? `/api/v1/field/${path}`;
export { ground, issue, work } from "./known.js";
export { isReachable, signedOut } from "./reached.js";

/** Begin: tell what is here at once, then ask. */
export function start() {
  started ??= (async () => {
    hear("outbox:changed", (counted) => show(counted));
    hear("outbox:sent", ({ record, answers }) => { if (record.person === state.person) taken(answers ?? []); });
    addEventListener("storage", ({ key }) => { if (key === PERSON || key === null) elsewhere(); });
    addEventListener("online", () => refresh("online"));
    addEventListener("offline", () => net());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh("visible"); });
    await stored(forgetGone());
    if (whoami()) await stored(load());
    refresh("start");
  })();
  return started;
}

/** Forget the person: what the server told is deleted, what waits to be sent stays. */
export async function forget() {
  await leave();
  await turned();
}

async function elsewhere() {
  if ((await turned()) && whoami()) refresh("person");
}

/** Ask the server, once more where it is being asked already; done when that is. */
export function refresh(reason = "") {
  if (reason === "event" && isMuch()) return void soon(); // most of it is our own
  if (!running) return run(reason);
  if (ALL.includes(reason)) state.groundAt = 0;
  next ??= running.catch(() => {}).then(() => { next = null; return run(reason); });
  return next;
}

const run = (reason) => (running = asked(reason).finally(() => { running = null; }));

async function asked(reason) {
  clearTimeout(timer);
  try {
    await turned();
    if (!state.ground || ALL.includes(reason) || Date.now() - state.groundAt > GROUND_MS) await askGround();
    await askWork();
    failures = 0;
    reached();
    if (!state.ground || (["sent", "event"].includes(reason) && isMuch())) return; // somebody else's by now; or later, when all is sent
    const fetched = details(state.work.issues, urlOf("details", "issues"), state.ground.limits.numbers);
    await stored(fetched.then((many) => many && net()));
    await stored(tidied());
    net({ isUnkept: wasUnkept() });
  } catch (error) {
    if (error.message === "nobody") return; // signed out meanwhile
    if (error.status !== 401) timer = setTimeout(() => document.hidden || refresh("retry"), RETRY_MS[Math.min(failures++, 3)]);
    if (typeof error.status !== "number") return void (await stored(Promise.reject(error)));
    unreached(error, isAway(error));
    if (whoami() && (await stored(forgetOld()))) dropped();
  }
}

async function tidied() {
  await forgetOld();
  await forgetLeft(state.work.issues);
  await forgetOthers();
}

async function askGround() {
  const before = whoami()?.uid;
  const known = before && (await get("ground"));
  const { data, etag } = await ask(urlOf("ground", "ground"), known?.etag);
  if (whoami()?.uid !== before) throw new Error("nobody"); // signed out while the answer was on its way
  if (data && data.person.uid !== before) await turnTo(data.person, before);
  state.groundAt = Date.now();
  if (etag !== state.etag) {
    Object.assign(state, { ground: data ?? known.data, etag }); // another tab may have kept a newer one
    tell("field:ground", state.ground);
  }
  await stored(data ? keep("ground", data, etag) : touch("ground"));
}

/** Work for somebody else from now on. */
async function turnTo(person, before) {
  become(person);
  blank(person);
  if (before) await stored(replaced(before));
  await stored(load());
}

async function askWork() {
  const known = await get("work");
  const { data, etag } = await ask(urlOf("work", "work"), known?.etag);
  if (data && data.person !== whoami()?.uid) return askGround().then(askWork); // somebody else signed in meanwhile
  if (whoami()?.uid !== state.person) throw new Error("nobody");
  const before = state.work ?? known?.data;
  const isNews = data || state.isStale || state.work?.stamp !== known.data.stamp;
  state.work = data ?? known.data;
  if (isNews) told(data && before ? newlyMine(before, data) : [], false);
  await stored(data ? keep("work", data, etag) : touch("work"));
}

async function show({ rows } = {}) {
  if (!whoami() || whoami().uid !== state.person) return;
  state.rows = rows ?? (await (await open()).getAll("outbox"));
  if (isLong && !isMuch()) askAgain();
  if (state.work) told([], !isReachable());
}

/** The server answered an act: what it says of the issue holds until it is asked again. */
async function taken(answers) {
  for (const one of answers) if (one?.number && one.log) await stored(later(one, state.work));
  soon();
}

function soon() {
  if (due) return;
  isLong = isMuch();
  due = setTimeout(askAgain, isLong ? MANY_MS : FEW_MS);
}

function askAgain() {
  clearTimeout(due);
  [due, isLong] = [0, false];
  if (state.work) told([], state.isStale);
  refresh("sent");
}

const isMuch = () => state.rows.filter((row) => ["waiting", "sending"].includes(row.state)).length > MANY;
