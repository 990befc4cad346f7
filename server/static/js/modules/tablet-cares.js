import { hear, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { whenLifted } from "../tablet/finger.js";
import { follow, show } from "../tablet/lists.js";
import { last } from "../tablet/place.js";
import { way } from "../tablet/map/way.js";
import { all } from "../tablet/outbox.js";
import { onTurn } from "../tablet/owner.js";

const DAY_MS = 86_400_000;
const CHANGING = ["visit", "care", "care_end"];

/**
 * Whom to look in on, soonest first; what waits in the outbox counts as done.
 *
 * Hears `tablet:view`, `visits:cares`, `outbox:changed`, `outbox:sent`. Children: `[data-rows]`, `[data-none]`, `[data-unknown]`,
 * `[data-count]` and a `<template>` with `[data-visit]`, `[data-end]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [known, waiting] = [null, []]; // null: never told to this device

  function due(one) {
    const days = Math.floor((Date.now() - new Date(one.due_at)) / DAY_MS);
    if (days >= 1) return { colour: "red", words: say("care_late", { days }) };
    return days >= 0 ? { colour: "amber", words: say("care_today") } : { colour: "green", words: say("care_in", { days: -days }) };
  }

  function seenOf(one) {
    if (!one.last_at) return say("care_never");
    const days = Math.floor((Date.now() - new Date(one.last_at)) / DAY_MS);
    return days ? say("care_last", { days }) : say("care_seen_today");
  }

  function row(one) {
    const here = last();
    const made = stamp(element.querySelector("template"), {
      who: one.who, where: one.where, reason: one.reason.name, wish: one.wish, seen: seenOf(one), clock: due(one),
      way: here && one.lon !== null ? way(here, one).words : one.cell.name,
    });
    made.querySelector("[data-slot=wish]").hidden = !one.wish;
    made.querySelector("[data-visit]").addEventListener("click", () => tell("visits:go", { part: "visit", care: one }));
    made.querySelector("[data-end]").addEventListener("click", () => tell("visits:go", { part: "end", care: one }));
    return made;
  }

  const draw = () => whenLifted(drawn);

  function drawn() {
    const gone = waiting.flatMap((record) => record.steps).filter((step) => !step.done);
    const done = new Set(gone.map((step) => (step.kind === "care_end" ? step.of : step.body?.care)).filter(Boolean));
    const rows = (known ?? []).filter((one) => !done.has(one.uid));
    part("rows").replaceChildren(...rows.map(row));
    part("none").hidden = rows.length > 0 || !known;
    part("unknown").hidden = Boolean(known);
    part("count").textContent = rows.length ? say("care_count", { n: rows.length, due: rows.filter((one) => new Date(one.due_at) <= Date.now()).length }) : "";
  }

  hear("visits:cares", (told) => { known = told?.items ?? null; draw(); });
  hear("outbox:changed", ({ rows }) => { waiting = rows; draw(); });
  hear("outbox:sent", ({ record }) => { if (record.steps.some((step) => CHANGING.includes(step.kind))) show("cares", true); });
  onTurn(() => { [known, waiting] = [null, []]; draw(); });
  all().then((rows) => { waiting = rows; draw(); });
  follow("cares");
}
