/** What may be done with an issue: as the server offered it, or after acts that wait, as the loop's table says. */

import { STUCK, handsOff, stateOf } from "./order.js";

const LIKELIEST = [
  "answer", "take", "finish", "dispatch", "extend", "suspend", "pass", "rework", "survey", "resume", "settle", "note", "attach",
];
const BESIDE = ["note", "attach"]; // always possible, never what is asked for
const AT_ONCE = 3; // shown without unfolding
const AT_A_DESK = ["changes", "parent"]; // fields that need the desk's page
const AGAIN = ["note", "attach", "whistle", "urge", "supervise", "attempt"]; // may wait more than once

/**
 * List the actions to offer, the likeliest first.
 * @param {Object} issue as `issue()` of field.js gives it
 * @param {Object} ground knows what a holder may do in each state
 * @returns {{first: Array, rest: Array}} actions `{action, name, requires, takes}`
 */
export function offered(issue, ground) {
  const order = (row) => (LIKELIEST.includes(row.action) ? LIKELIEST.indexOf(row.action) : LIKELIEST.length);
  const rows = possible(issue, ground).sort((one, other) => order(one) - order(other));
  return { first: rows.slice(0, AT_ONCE), rest: rows.slice(AT_ONCE) };
}

/** Whether an action is likely enough to be the one big button. */
export const isLikely = (row) => LIKELIEST.includes(row?.action) && !BESIDE.includes(row.action);

function possible(issue, ground) {
  if (handsOff(issue)) return [];
  const state = stateOf(issue).code;
  const isTold = issue.actions && state === issue.state.code && (!issue.log?.length || newest(issue.log).to === state);
  const isHeld = issue.mine || issue.holder?.kind === "person" && state !== issue.state.code;
  const rows = isTold ? issue.actions : (isHeld && ground?.next?.[state]) || [];
  const waiting = (issue.pending ?? []).filter((one) => !STUCK.includes(one.state)).map((one) => one.action);
  const names = rows.map((row) => row.action);
  return rows.filter((row) => !row.requires.some((field) => AT_A_DESK.includes(field))
    && (AGAIN.includes(row.action) || !waiting.includes(row.action))
    && !(row.action === "settle" && names.includes("finish"))
    && (isTold || fits(row.action, issue.asks ?? [])));
}

const newest = (log) => log.reduce((one, other) => (other.seq > one.seq ? other : one));

/** Requests: one open at a time, and only what is open can be taken back. */
function fits(action, asks) {
  const [, verb, kind] = /^(ask|withdraw)_(\w+)$/.exec(action) ?? [];
  if (!verb) return true;
  const isOpen = asks.some((one) => one.kind === kind && one.state.code === "open");
  return (verb === "withdraw") === isOpen;
}
