/** What is left of an issue's limit, counted on the device as the service counts it: by the wall, or working time. */

import { say } from "../page.js";

const MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000;
const MARGIN_MS = 15 * DAY_MS; // the first stretch may follow upon a long holiday
const NONE_RUNS = ["suspended", "closed", "rejected", "merged"];
const openings = new WeakMap();

/**
 * Say what is left of an issue's limit at an instant.
 * @param {Object} issue `due_at`, `amber_at`, `clock_kind`, `state`; `predicted` counts before `state`
 * @param {Object} ground `working` and `limits` of it; without them time is counted by the wall
 * @param {Date} now corrected by the skew of the device's clock, see clock.js
 * @returns {{colour: string, words: string, whole: string, isLate: boolean}} `whole` adds that it is working time;
 *   no words without a limit
 */
export function left(issue, ground, now = new Date()) {
  const state = issue.predicted ?? issue.state?.code ?? issue.state;
  if (!issue.due_at || NONE_RUNS.includes(state)) return { colour: "none", words: "", whole: "", isLate: false };
  const at = now.getTime(), due = Date.parse(issue.due_at);
  const isLate = due <= at;
  const isAmber = issue.amber_at && at >= Date.parse(issue.amber_at);
  const [words, whole] = spoken(issue.clock_kind, Math.min(at, due), Math.max(at, due), ground)
    .map((time) => say(isLate ? "left_late" : "left_still", { time }));
  return { colour: isLate ? "red" : isAmber ? "amber" : "green", words, whole, isLate };
}

/** A stretch of time by a kind of clock, short and whole. */
function spoken(kind, begin, end, ground) {
  const far = (ground?.limits?.far_days ?? 0) * DAY_MS;
  const worked = kind === "work" && end - begin <= far ? workedBetween(begin, end, ground) : null;
  if (worked === null) return [span(end - begin), span(end - begin)];
  const day = ground.limits.work_day_s * 1000;
  const days = Math.floor(worked / day);
  if (days) {
    const said = workDays(days, Math.floor((worked - days * day) / HOUR_MS));
    return [said, said];
  }
  return [span(worked), say("left_working", { time: span(worked) })];
}

/** Working time between two instants; null where the device does not know when people work. */
function workedBetween(begin, end, ground) {
  const known = openingsOf(ground);
  if (!known.length || begin < known[0][0] - MARGIN_MS || end > known.at(-1)[1] + DAY_MS) return null;
  let total = 0;
  for (const [opened, closed] of known) total += Math.max(0, Math.min(closed, end) - Math.max(opened, begin));
  return total;
}

function openingsOf(ground) {
  if (!openings.has(ground)) {
    openings.set(ground, (ground.working ?? []).map(([opened, closed]) => [Date.parse(opened), Date.parse(closed)]));
  }
  return openings.get(ground);
}

/** A length of time with its two largest units; less than a minute is one. */
function span(length) {
  const minutes = Math.max(1, Math.floor(length / MINUTE_MS));
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
  if (days) return say(hours ? "left_days_hours" : "left_days", { days, hours });
  if (hours) return say(rest ? "left_hours_minutes" : "left_hours", { hours, minutes: rest });
  return say("left_minutes", { minutes: rest });
}

function workDays(days, hours) {
  const which = days === 1 ? "left_work_day" : "left_work_days";
  return say(hours ? `${which}_hours` : which, { days, hours });
}
