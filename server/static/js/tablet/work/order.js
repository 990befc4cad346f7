/** Which tasks are shown, and in which order: pure, so that it can be asked without a page. */

import { say } from "../../page.js";
import { far, metres as between } from "../map/way.js";

const HELD = ["dispatched", "handling"];
const OLD_MS = 15 * 60_000; // a place older than this no longer tells how far something is
export const STUCK = ["refused", "decide"];

/** The state after what waits on the device, as `{code, name}`. */
export function stateOf(issue) {
  const code = issue.predicted ?? issue.state.code;
  return code === issue.state.code ? issue.state : { code, name: say(`state_${code}`) };
}

/** Whether it is on the asker to act, once everything that waits is sent. */
export const isOnMe = (issue) => issue.mine && HELD.includes(stateOf(issue).code) && !handsOff(issue);

/** Whether the asker gives it away by what waits. */
export const handsOff = (issue) => (issue.pending ?? []).some(
  (one) => !STUCK.includes(one.state) && ["return", "transfer", "escalate", "reassign", "dispatch"].includes(one.action),
);

/** What is left, `{colour, words}`; nothing once the limit no longer runs. */
export function clockOf(issue, left, ground, now) {
  const runs = issue.due_at && ["reported", "dispatched", "handling"].includes(stateOf(issue).code);
  if (!runs) return { colour: "none", words: "" };
  const told = left(issue, ground, now);
  return { colour: told.colour, words: told.whole || told.words };
}

/** A place of the device, or null once it is too old to tell how far something is. */
export const recent = (found) => (found && Date.now() - new Date(found.at) < OLD_MS ? found : null);

/** Metres between two places, or null where one is not known. */
export const metres = (from, to) => (!from || to?.lon == null || to.lat == null ? null : between(from, to));

/** Metres as people say them; "" without. */
export const farWords = (length) => (length === null ? "" : far(length));

const plain = (words) => words.normalize("NFKC").toLowerCase();

function holds(issue, wanted) {
  if (!wanted.length) return true;
  const said = plain([
    issue.number, issue.category.name, issue.summary, issue.place_text, issue.cell?.name, issue.holder?.name, stateOf(issue).name,
  ].filter(Boolean).join("\n"));
  return wanted.every((one) => said.includes(one));
}

const byDue = (one, other) => (one.due_at ?? "9").localeCompare(other.due_at ?? "9")
  || one.reported_at.localeCompare(other.reported_at);

function byNear(place) {
  const far = new Map();
  const of = (issue) => {
    if (!far.has(issue)) far.set(issue, metres(place, issue) ?? Infinity);
    return far.get(issue);
  };
  return (one, other) => (of(one) === of(other) ? byDue(one, other) : of(one) - of(other));
}

/**
 * Choose and order: reports not sent yet first, then those past their limit first, those that wait for others last.
 * @param {Array} issues as `field:work` tells them
 * @param {{whose: "mine"|"cells", find: string, order: "due"|"near", place: ?Object, cells: Set<string>, now: Date}} how
 * @returns {Array<{key: string, rows: Array}>} without empty groups
 */
export function grouped(issues, { whose, find, order, place, cells, now }) {
  const wanted = plain(find).split(/\s+/).filter(Boolean);
  const shown = issues.filter((issue) => isAmong(issue, whose, cells) && holds(issue, wanted));
  shown.sort(order === "near" && place ? byNear(place) : byDue);
  const sent = shown.filter((issue) => !issue.isUnsent);
  const waits = (issue) => (whose === "mine" ? !isOnMe(issue) : !["reported", ...HELD].includes(stateOf(issue).code));
  const isLate = (issue) => issue.due_at !== null && new Date(issue.due_at) <= now;
  const groups = [
    { key: "unsent", rows: shown.filter((issue) => issue.isUnsent) },
    { key: "late", rows: sent.filter((issue) => !waits(issue) && isLate(issue)) },
    { key: "open", rows: sent.filter((issue) => !waits(issue) && !isLate(issue)) },
    { key: "away", rows: sent.filter(waits) },
  ];
  return groups.filter((group) => group.rows.length);
}

/** Whether an issue is on the asker's hands, or lies in the asker's cells. */
export function isAmong(issue, whose, cells) {
  return whose === "mine" ? issue.mine : !issue.isUnsent && (!issue.mine || cells.has(issue.cell?.code));
}
