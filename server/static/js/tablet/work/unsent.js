/** Reports that wait on the device, in the shape of issues: the map and the tasks show them until they are sent. */

import { hear, say, tell } from "../../page.js";
import { work } from "../known.js";
import { STUCK, rows as all } from "../queue.js";
import { whoami } from "../store.js";

let rows = [];

/** Those of the present person that are not sent yet; asked each time, since another one may have signed in. */
export function unsentReports() {
  const [mine, there] = [whoami()?.uid, new Set(work()?.issues.map((one) => one.uid))];
  return rows.filter((row) => row.person === mine && reported(row) && !there.has(row.subject?.uid)).map(shaped);
}

/** Find one by the uid its issue will have. */
export const unsentReport = (uid) => unsentReports().find((one) => one.uid === uid);

/** The step that reports; it has arrived but its photos have not: the server's own will take its place. */
function reported(row) {
  const step = row.steps.find((one) => one.kind === "report");
  return row.state === "done" || (step?.done && STUCK.includes(row.state)) ? null : step;
}

function shaped(row) {
  const { body } = reported(row);
  return {
    uid: row.subject?.uid ?? row.id, number: null, isUnsent: true, mine: true, due_at: null, reported_at: row.at,
    state: { code: "reported", name: say(`work_state_${row.state}`) }, category: { name: row.title }, summary: body.description,
    place_text: body.place_text ?? "", lon: body.lon, lat: body.lat,
  };
}

/** Tell `work:unsent`, so that whoever shows them draws anew. */
function take(told) {
  rows = told;
  tell("work:unsent");
}

hear("outbox:changed", (told) => take(told.rows));
for (const name of ["field:person", "field:nobody"]) hear(name, () => take([]));
all().then(take, () => { /* Without a database nothing waits. */ });
