/** One record of the outbox as a card: its state in words, what it says, and what can be done with it. */

import { say } from "../page.js";
import { outline, stamp } from "../stamp.js";
import { photosIn, wordsOf } from "./outbox.js";
import { urlOf } from "./photos.js";
import { needOf, whyOf } from "./step.js";
import { moment } from "../times.js";

const SYMBOLS = {
  waiting: "clock", sending: "cloud-upload", done: "circle-check", refused: "alert-triangle", decide: "help-circle", signin: "login",
};
const BUTTONS = {
  waiting: ["retry", "edit", "drop"], signin: ["edit", "drop"], sending: [], done: [],
  refused: ["edit", "retry", "note", "drop"], decide: ["anyway", "note", "edit", "drop"],
};
const ICONS = { retry: "refresh", edit: "edit", drop: "trash", anyway: "check", now: "clock", note: "notes", without: "check" };
const TOO_OLD = "time.backdated";
const ALONE = ["needs.stuck", "visit.unknown", "patrol.unknown"];
const NO_PHOTOS = "photos.gone";

/**
 * Draw a record.
 * @param {HTMLElement} element with the `<template data-kind>`s
 * @param {Object} row
 * @param {(name: string, row: Object) => void} act what a button does
 */
export function cardOf(element, row, act) {
  const made = (kind, values) => stamp(element.querySelector(`template[data-kind=${kind}]`), values);
  const step = row.steps.find((one) => !one.done);
  const card = made("row", {
    title: row.title, state: say(`queue_state_${row.state}`), when: moment(row.at), number: row.subject?.number ?? "",
    why: whyOf(row), words: row.steps.filter((one) => !one.done).map(wordsOf).filter(Boolean).join("\n"),
    holder: row.conflict?.holder ? say("queue_holder", { name: row.conflict.holder.name }) : "",
  }).firstElementChild;
  const part = (name) => card.querySelector(`[data-${name}]`);
  card.classList.add(`is-${row.state}`);
  card.querySelector(".q-state").prepend(outline(SYMBOLS[row.state]));
  part("steps").append(...row.steps.map((one) => stepLine(made, one, row)));
  photos(part("photos"), row);
  if (row.conflict) both(made, part, row, step);
  part("buttons").append(...buttonsOf(row, step).map((name) => button(name, row, step, act)));
  return card;
}

function stepLine(made, step, row) {
  const n = step.count ?? step.photos?.length ?? 0;
  const words = step.kind === "photos" ? say("queue_step_photos", { n, what: say(`kind_${step.what}`) })
    : step.kind === "act" ? step.name ?? step.action : say(`queue_step_${step.kind}`);
  const told = step.done && row.state !== "done" ? say("queue_step_done", { words }) : words;
  const line = made("step", { words: step.lost ? say("queue_step_lost", { words: told, n: step.lost }) : told });
  line.querySelector("[data-tick]").append(outline(step.done ? "check" : "clock"));
  return line;
}

async function photos(place, row) {
  for (const id of photosIn(row)) {
    const url = await urlOf(id);
    if (url) place.append(Object.assign(new Image(72, 72), { src: url, alt: say("queue_photo") }));
  }
}

/** Mine beside the present state: what I wrote down, how the issue stands, who changed it since. */
function both(made, part, row, step) {
  const { conflict } = row;
  part("both").hidden = false;
  for (const [name, value] of facts(step)) part("mine").append(made("fact", { name, value }));
  if (conflict.state) part("now-state").append(made("state", conflict));
  else part("now-state").textContent = say("queue_gone");
  for (const { name, who, at } of conflict.changed) {
    part("changed").append(made("change", { name, who: [who || say("queue_system"), moment(at)].join(" · ") }));
  }
  const isPossible = conflict.possible.includes(step?.action);
  part("hint").textContent = step?.kind !== "act" ? "" : isPossible ? say("queue_can", { action: nameOf(step) })
    : say(conflict.possible.includes("note") ? "queue_cannot_note" : "queue_cannot", { action: nameOf(step) });
  part("hint").hidden = !part("hint").textContent;
}

function facts(step) {
  if (!step) return [];
  const { quantity, unit, money } = step.given ?? {};
  return [
    step.kind === "act" && [say("queue_fact_action"), nameOf(step)],
    quantity != null && [say("queue_fact_quantity"), `${quantity} ${unit ?? ""}`],
    money != null && [say("queue_fact_money"), String(money)],
  ].filter(Boolean);
}

const nameOf = (step) => step.name ?? step.action;

function buttonsOf(row, step) {
  const names = BUTTONS[row.state].filter((name) => isOffered(name, row, step));
  if (row.code === TOO_OLD) return ["now", ...names];
  return withoutWhat(row) ? ["without", ...names.filter((name) => name !== "retry")] : names;
}

/** What a record may be sent without, since it is not there: "photos", "patrol", "visit", or nothing. */
function withoutWhat(row) {
  const open = row.steps.filter((one) => !one.done);
  if (row.code === NO_PHOTOS && open.length > 1) return "photos";
  if (!ALONE.includes(row.code) || open.some((one) => one.fixed) || !needOf(open)) return "";
  return open[0].kind === "visit" ? "patrol" : "visit";
}

function isOffered(name, row, step) {
  const possible = row.conflict?.possible ?? [];
  if (name === "anyway") return step?.kind === "act" && possible.includes(step.action);
  const open = row.steps.filter((one) => !one.done);
  if (name === "note") return open.some((one) => one.kind === "act" && one.action !== "note") && possible.includes("note");
  if (name === "edit") return open.some(wordsOf) && !open.some((one) => one.fixed);
  return true;
}

function button(name, row, step, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = ["anyway", "now", "without"].includes(name) ? "btn btn-primary" : name === "drop" ? "btn q-bad" : "btn";
  const words = name === "without" ? `queue_do_without_${withoutWhat(row)}` : `queue_do_${name}`;
  made.append(outline(ICONS[name]), document.createTextNode(say(words, { action: step ? nameOf(step) : "" })));
  made.addEventListener("click", () => act(name, row));
  return made;
}
