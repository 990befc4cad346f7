/** Instants as people read them; the zone and the words come from the page. */

import { page, say } from "./page.js";

const clockFace = new Intl.DateTimeFormat("sv-SE", {
  timeZone: page.zone || "Asia/Shanghai",
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});

/** Write an ISO instant as local date and time, `2026-11-22 08:30`; "—" without one. */
export function moment(iso) {
  return iso ? clockFace.format(new Date(iso)) : "—";
}

/** Say what is left of an issue's limit, as the service counts it: `{colour, words}`; no words without a limit. */
export function clock(issue) {
  return { colour: issue.clock, words: issue.left };
}

/** Write how long ago an instant was, with its largest unit. */
export function age(iso) {
  const minutes = Math.max(1, Math.floor((Date.now() - new Date(iso)) / 60000));
  if (minutes >= 1440) return say("days_ago", { days: Math.floor(minutes / 1440) });
  if (minutes >= 60) return say("hours_ago", { hours: Math.floor(minutes / 60) });
  return say("minutes_ago", { minutes });
}
