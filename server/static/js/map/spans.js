/** Stretches of time: those of the panel, which the server measures, and those that are chosen. */

import { page } from "../page.js";
import { moment } from "../times.js";

const DAY_MS = 86400000;

/** Words of the panel's period for the API: `{days}`, `{period}` or `{since, until}`. */
export function asPeriod({ when, since, until }) {
  if (when === "between") return since ? { since, until } : {};
  if (when === "all") return { since: page.periods.all.since };
  return /^\d+$/.test(when) ? { days: when } : { period: when };
}

/** From when to when a filter's period lasts, as lists and points are asked. */
export function edges({ days, period, since, until }) {
  const span = page.periods[days || period];
  if (span) return { since: span.since, until: span.until };
  return { since: since || "", until: until || "" };
}

/** The heat's way to say that there is no period. */
export function unbounded(filters) {
  const isAll = filters.since === page.periods.all.since && !filters.until;
  return isAll ? { ...apart(filters), days: "all" } : filters;
}

/** Take the period out of a filter. */
export function apart({ days, period, since, until, ...rest }) {
  return rest;
}

/**
 * What a filter's period is compared with, which the server works out; with its edges where the page knows them.
 * @param {Object} filters as `map:filter` tells them
 * @param {"before"|"year"} than
 * @param {?Object} step a step of the time line that takes the period's place
 */
export function compared(filters, than, step = null) {
  const span = step ? null : page.periods[filters.days || filters.period];
  return { than, since: span?.[`${than}_since`], until: span?.[`${than}_until`] };
}

/** A day lasts to its end. */
function ending(until) {
  return until.length <= 10 ? new Date(Date.parse(until) + DAY_MS) : new Date(until);
}

/** Name a stretch: `2026-11-01 – 2026-11-22`, its last day included, and no day that has not come. */
export function named({ since, until }) {
  const first = day(since);
  const isOver = until && ending(until) <= Date.now();
  const last = isOver ? day(until.length > 10 ? new Date(new Date(until) - 1) : until) : day(new Date());
  return first === last ? first : `${first} – ${last}`;
}

function day(at) {
  return typeof at === "string" && at.length <= 10 ? at : moment(at).slice(0, 10);
}
