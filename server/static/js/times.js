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

/** Write a length in minutes with its two largest units. */
export function span(minutes) {
  const whole = Math.max(1, Math.floor(minutes));
  const days = Math.floor(whole / 1440);
  const hours = Math.floor((whole % 1440) / 60);
  const left = whole % 60;
  if (days) return hours ? say("days_hours", { days, hours }) : say("days", { days });
  if (hours) return left ? say("hours_minutes", { hours, minutes: left }) : say("hours", { hours });
  return say("minutes", { minutes: left });
}

/** Say what is left of an issue's limit: `{colour, words}`; no words without a limit. */
export function clock(issue) {
  if (!issue.due_at || issue.clock === "none") return { colour: "none", words: "" };
  const minutes = (new Date(issue.due_at) - Date.now()) / 60000;
  const words = minutes >= 0 ? say("left", { time: span(minutes) }) : say("late", { time: span(-minutes) });
  return { colour: issue.clock, words };
}

/** Write how long ago an instant was, with its largest unit. */
export function age(iso) {
  const minutes = Math.max(1, Math.floor((Date.now() - new Date(iso)) / 60000));
  if (minutes >= 1440) return say("days_ago", { days: Math.floor(minutes / 1440) });
  if (minutes >= 60) return say("hours_ago", { hours: Math.floor(minutes / 60) });
  return say("minutes_ago", { minutes });
}

/** The day `days` days ago as `2026-11-22`, in the page's zone. */
export function dayBefore(days) {
  return clockFace.format(new Date(Date.now() - days * 86400000)).slice(0, 10);
}
