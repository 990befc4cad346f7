import { hear, say } from "../page.js";
import { stamp } from "../stamp.js";
import { follow, show } from "../tablet/lists.js";
import { all } from "../tablet/outbox.js";
import { onTurn } from "../tablet/owner.js";
import { moment } from "../times.js";

/**
 * One's own visits, newest first: those that wait in the outbox, and those that the server has.
 *
 * Hears `visits:visits`, `outbox:changed`, `outbox:sent`, `tablet:view`. Children: `[data-rows]`, `[data-none]` and a `<template>`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [known, waiting] = [null, []]; // null: never told to this device

  function row({ title, said, at, mark }) {
    return stamp(element.querySelector("template"), { title, said, at: moment(at), mark });
  }

  function draw() {
    const own = waiting.filter((record) => record.state !== "done" && record.steps.some((step) => step.kind === "visit"));
    const rows = [
      ...own.toReversed().map((record) => ({ title: record.title, said: saidIn(record), at: record.at, mark: say("visit_waits") })),
      ...(known ?? []).map((one) => ({
        title: `${one.kind.name} · ${one.where || one.cell.name}`, said: one.text, at: one.happened_at,
        mark: [one.result.name, ...one.issues.map((number) => say("issue", { number }))].join(" · "),
      })),
    ];
    part("rows").replaceChildren(...rows.map(row));
    part("none").hidden = rows.length > 0 || !known;
    part("unknown").hidden = Boolean(known);
  }

  hear("visits:visits", (told) => { known = told?.items ?? null; draw(); });
  hear("outbox:changed", ({ rows }) => { waiting = rows; draw(); });
  hear("outbox:sent", ({ record }) => { if (record.steps.some((step) => step.kind === "visit")) show("visits", true); });
  onTurn(() => { [known, waiting] = [null, []]; draw(); });
  all().then((rows) => { waiting = rows; draw(); });
  follow("visits");
}

/** What is typed is in the visit alone, and gone from the device with it. */
const saidIn = ({ steps: [{ body }] }) => [body?.where, body?.text].filter(Boolean).join(" · ");
