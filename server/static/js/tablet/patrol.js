/**
 * A patrol: begun and ended by its walker, tracked only while it runs and only inside working hours.
 *
 * It belongs to the person who began it: when somebody else works with the device, or nobody, it ends. Points wait in
 * the database and go into the outbox in pieces of some minutes, so that a killed tab loses none. Of several open pages
 * one tracks. Tells `patrol:changed` `{patrol, why}`; `why` is empty, `hours` (working hours ended it), `room` (a point
 * found no room) or `end` (its end found none yet). Hears `field:place`, `field:net`.
 */

import { hear, hearNow, tell } from "../page.js";
import { corrected, now } from "./clock.js";
import { ground } from "./field.js";
import { metres } from "./map/way.js";
import { isTurned, onTurn } from "./owner.js";
import { PIECE_POINTS, began, ended, handIn } from "./patrol-hand.js";
import { alone, announce, hearOthers, hold, letGo } from "./patrol-tabs.js";
import { unwatch, watch } from "./place.js";
import { whoami } from "./store.js";
import * as track from "./track.js";
import { freshUid } from "./uid.js";

const VAGUE_M = 100; // as the server: what the device doubts more is not believed
const STEP_M = 8;
const PIECE_MS = 5 * 60_000;
const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;
let [running, isTracking, last, firstAt, timer] = [null, false, null, 0, 0];

/** The patrol that runs: `{uid, person, began_at, walked, points}`, or null. */
export const current = () => running;

/** Whether now is a time to patrol: inside working hours, as far as the device knows them. */
export function isWorking(at = now()) {
  return (ground()?.working ?? []).some(([begin, end]) => new Date(begin) <= at && at < new Date(end));
}

/** Take up what ran before the page was closed; ends what ran over its time, or what was ended without being written. */
export async function resume() {
  const person = whoami()?.uid;
  if (running || !person || !ground()) return;
  const kept = await track.kept(person).catch(() => null);
  if (!kept || running || whoami()?.uid !== person) return;
  running = { ...kept, person };
  if (kept.ended_at) await stop();
  else if (!isWorking() || now() - new Date(kept.began_at) > DAY_MS) await stop("hours");
  else go();
}

/** Begin; a place is asked of the device from now on. */
export async function start() {
  const person = whoami()?.uid;
  if (running || !person || !isWorking()) return;
  await alone(async () => {
    const before = await track.kept(person);
    if (before?.ended_at) await ended(before, person);
    else if (before) return; // another page was quicker
    const patrol = { uid: freshUid(), began_at: now().toISOString(), walked: 0, points: 0 };
    await began(patrol, person);
    await track.turn(person, () => patrol);
  });
  await resume();
  if (running) announce({ person, patrol: running, why: "" });
}

/** End it and hand in what waits. That it has ended is written before all else: it is never taken up again. */
export async function stop(why = "") {
  if (!running) return;
  const { person, ...patrol } = running;
  patrol.ended_at ??= now().toISOString();
  over(why);
  announce({ person, patrol: null, why });
  const mark = (kept) => (kept?.uid === patrol.uid ? { ...kept, ended_at: kept.ended_at ?? patrol.ended_at } : undefined);
  await track.turn(person, mark).catch(() => { /* No room for it: the end itself may find some. */ });
  await alone(() => ended(patrol, person));
}

function over(why) {
  letGo();
  clearInterval(timer);
  unwatch("patrol");
  [running, isTracking, last, firstAt] = [null, false, null, 0];
  tell("patrol:changed", { patrol: null, why });
}

function go() {
  hold(() => {
    isTracking = true;
    watch("patrol");
    timer = setInterval(look, LOOK_MS);
  });
  tell("patrol:changed", { patrol: running, why: "" });
}

const late = (work) => work.catch(() => tell("patrol:changed", { patrol: running, why: running ? "room" : "end" }));

function look() {
  if (!running) return;
  if (!isWorking()) late(stop("hours"));
  else if (firstAt && Date.now() - firstAt > PIECE_MS) late(alone(piece));
}

async function piece() {
  firstAt = 0;
  if (running) await handIn(running.person);
}

async function take(place) {
  const mine = running;
  if (isTurned() || !mine || !isTracking) return;
  const at = corrected(place.at);
  if (!isWorking(at)) return void look();
  if ((place.accuracy_m ?? 0) > VAGUE_M || (last && metres(last, place) < STEP_M)) return;
  const [walked, { lon, lat, accuracy_m }] = [last ? metres(last, place) : 0, place];
  const more = (one) => (one?.uid === mine.uid && !one.ended_at
    ? { ...one, walked: one.walked + walked, points: one.points + 1 } : undefined);
  const kept = await track.turn(mine.person, more, { patrol: mine.uid, at: at.toISOString(), lon, lat, accuracy_m });
  if (running !== mine) return;
  if (!kept) return over(""); // another page has ended it
  last = place;
  firstAt ||= Date.now();
  Object.assign(running, kept);
  tell("patrol:changed", { patrol: running, why: "" });
  announce({ person: mine.person, patrol: kept, why: "" });
  if (kept.points % PIECE_POINTS === 0) await piece();
}

hear("field:place", (place) => { if (running) late(alone(() => take(place))); });
onTurn(() => late(stop()));
hearOthers(({ person, patrol, why }) => {
  if (person !== (running?.person ?? whoami()?.uid)) return;
  if (!patrol) { if (running) over(why); return; }
  if (!running) { late(resume()); return; }
  Object.assign(running, patrol);
  tell("patrol:changed", { patrol: running, why });
});
hearNow("field:net", ({ isAsked, isSignedOut }) => { // taken up once it is sure whose device it is, as far as that can be
  if (isAsked && !isSignedOut) late(resume());
});
