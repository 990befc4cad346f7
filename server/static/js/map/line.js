/** The bars of a time line, and the words for its steps. */

import { page, say } from "../page.js";
import { moment } from "../times.js";
import { named } from "./spans.js";

const DAY_MS = 86400000;
const MONDAY = Date.UTC(2024, 0, 1);

/** What a step of the line is called: a day, first and last day, a month, or an hour of the week. */
export function stepName({ since, until, slot }, kind) {
  if (kind === "hour_of_week") return hourName(slot);
  if (kind === "month") return moment(since).slice(0, 7);
  return named({ since, until });
}

function hourName(slot) {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
  return `${day.format(MONDAY + Math.floor(slot / 24) * DAY_MS)} ${say("oclock", { hour: slot % 24 })}`;
}

/** The step that fits a period when nobody has chosen one. */
export function usualStep({ days, period, since, until }) {
  const span = page.periods[days || period];
  const length = (span ? new Date(span.until) - new Date(span.since) : (until ? new Date(until) : new Date()) - new Date(since || 0)) / DAY_MS;
  if (length > 800) return "month";
  return length > 100 ? "week" : "day";
}

/**
 * Draw the bars.
 * @param {HTMLElement} box
 * @param {Array<{count: number}>} steps
 */
export function bars(box, steps) {
  const most = Math.max(1, ...steps.map((step) => step.count));
  box.replaceChildren(...steps.map(({ count }) => {
    const bar = document.createElement("i");
    bar.style.height = count ? `${Math.max(6, 100 * count / most)}%` : "0";
    return bar;
  }));
  box.classList.toggle("is-dense", steps.length > 200);
}
