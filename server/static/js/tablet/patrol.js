/**
 * A patrol: begun and ended by its walker, tracked only while it runs and only inside working hours.
 *
 * Points wait in the database and go into the outbox in pieces of some minutes, so that a killed tab loses none.
 * Tells `patrol:changed` `{patrol, why}`; `why` is empty, or `hours` when the working hours ended it, or `place`.
 */

import { hear, say, tell } from "../page.js";
import { corrected, now } from "./clock.js";
import { ground } from "./field.js";
import { metres } from "./map/way.js";
import { put } from "./outbox.js";
import { unwatch, watch } from "./place.js";
import { pref, setPref } from "./store.js";
import * as track from "./track.js";
import { freshUid } from "./uid.js";

const KEY = "patrol";
const VAGUE_M = 100; // as the server: what the device doubts more is not believed
const STEP_M = 8;
const PIECE_MS = 5 * 60_000;
const PIECE_POINTS = 500;
const LOOK_MS = 60_000;
let [running, last, firstAt, timer] = [null, null, 0, 0];
let turn = Promise.resolve();

/** The patrol that runs: `{uid, began_at, walked}`, or null. */
export const current = () => running;

/** Whether now is a time to patrol: inside working hours, as far as the device knows them. */
export function isWorking(at = now()) {
  return (ground()?.working ?? []).some(([begin, end]) => new Date(begin) <= at && at < new Date(end));
}

/** Take up what ran before the page was closed; ends what ran over its time. */
export async function resume() {
  const kept = await pref(KEY).catch(() => null);
  if (running || !kept) return;
  running = kept;
  if (isWorking() && now() - new Date(kept.began_at) < 86_400_000) go();
  else await stop("hours");
}

/** Begin; a place is asked of the device from now on. */
export async function start() {
  if (running || !isWorking()) return;
  const patrol = { uid: freshUid(), began_at: now().toISOString(), walked: 0, points: 0 };
  await put(record("patrol_began", { kind: "patrol", body: { uid: patrol.uid, began_at: patrol.began_at } }, patrol));
  await setPref(KEY, patrol);
  running = patrol;
  go();
}

/** End it and hand in what waits. */
export async function stop(why = "") {
  const ended = running;
  if (!ended) return;
  clearInterval(timer);
  unwatch("patrol");
  [running, last] = [null, null];
  await alone(async () => {
    await handIn(ended);
    const body = { ended_at: now().toISOString() };
    await put(record("patrol_ended", { kind: "patrol_end", of: ended.uid, body }, ended));
    await setPref(KEY, undefined);
  });
  tell("patrol:changed", { patrol: null, why });
}

function go() {
  watch("patrol");
  clearInterval(timer);
  timer = setInterval(look, LOOK_MS);
  tell("patrol:changed", { patrol: running, why: "" });
}

function look() {
  if (!isWorking()) stop("hours");
  else if (firstAt && Date.now() - firstAt > PIECE_MS) alone(() => handIn(running));
}

/** One thing after another: what is handed in is neither doubled nor left behind. */
function alone(work) {
  turn = turn.then(work, work);
  return turn;
}

async function take(place) {
  if (!running) return;
  const at = corrected(place.at);
  if (!isWorking(at)) return look();
  if ((place.accuracy_m ?? 0) > VAGUE_M || (last && metres(last, place) < STEP_M)) return;
  running.walked += last ? metres(last, place) : 0;
  running.points += 1;
  last = place;
  firstAt ||= Date.now();
  const { lon, lat, accuracy_m } = place;
  await track.add({ patrol: running.uid, at: at.toISOString(), lon, lat, accuracy_m });
  await setPref(KEY, running);
  tell("patrol:changed", { patrol: running, why: "" });
  if (running.points % PIECE_POINTS === 0) await handIn(running);
}

async function handIn(patrol) {
  const rows = await track.waiting();
  firstAt = 0;
  const own = rows.filter(({ point }) => point.patrol === patrol?.uid);
  for (let first = 0; first < own.length; first += PIECE_POINTS) {
    const points = own.slice(first, first + PIECE_POINTS).map(({ point: { patrol: _of, ...said } }) => said);
    await put(record("patrol_piece", { kind: "track", of: patrol.uid, body: { uid: freshUid(), points } }, patrol));
  }
  if (rows.length) await track.forget(rows.map(({ key }) => key));
}

const record = (word, step, patrol) => ({ title: say(word), subject: { uid: patrol.uid, number: null }, steps: [step] });

hear("field:place", (place) => alone(() => take(place)).catch(() => tell("patrol:changed", { patrol: running, why: "room" })));
