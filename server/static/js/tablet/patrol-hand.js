/** What a patrol hands in: its beginning, its points in pieces of some minutes, its end; in the walker's own outbox. */

import { say } from "../page.js";
import { put } from "./outbox.js";
import * as track from "./track.js";
import { freshUid } from "./uid.js";

export const PIECE_POINTS = 500;

/** Put the beginning in. */
export const began = (patrol, uid) => put(
  record("patrol_began", patrol.uid, { kind: "patrol", body: { uid: patrol.uid, began_at: patrol.began_at } }), { uid });

/** Put all points in that wait, each under its own patrol. */
export async function handIn(uid) {
  const rows = await track.waiting(uid);
  for (const of of new Set(rows.map(({ point }) => point.patrol))) {
    const own = rows.filter(({ point }) => point.patrol === of);
    for (let first = 0; first < own.length; first += PIECE_POINTS) {
      const some = own.slice(first, first + PIECE_POINTS);
      const points = some.map(({ point: { patrol: _of, ...said } }) => said);
      await put(record("patrol_piece", of, { kind: "track", of, body: { uid: freshUid(), points } }), { uid });
      await track.forget(some.map(({ key }) => key), uid);
    }
  }
}

/** Put in what waits and then the end, once however many pages do it; the patrol is forgotten with that. */
export async function ended(patrol, uid) {
  await handIn(uid);
  const step = { kind: "patrol_end", of: patrol.uid, body: { ended_at: patrol.ended_at } };
  await put({ ...record("patrol_ended", patrol.uid, step), id: patrol.uid }, { uid });
  await track.turn(uid, (kept) => (kept?.uid === patrol.uid ? null : undefined));
}

const record = (word, uid, step) => ({ title: say(word), subject: { uid, number: null }, steps: [step] });
