/** The fields of an act's form: which there are, and how each is drawn and read. */

import { say } from "../../page.js";
import { stamp } from "../../stamp.js";
import { moment } from "../../times.js";

const KINDS = {
  quantity: "number", money: "number", unit: "choice", holder: "choice", departments: "several", result: "several",
  satisfaction: "several", contacted: "several", kind: "several", until: "when", answer_by: "when", review_date: "day",
  photos: "photos",
};
const MANY = ["departments"];
const CODES = {
  result: ["done", "partly", "cannot"], satisfaction: ["satisfied", "basically", "dissatisfied"], contacted: ["yes", "no"],
  kind: ["before", "after", "other"],
};
const DAY_MS = 86_400_000;
const REVIEW_DAYS = 30;

/**
 * List the fields of an action, those it needs first.
 * @param {{action: string, requires: string[], takes: string[]}} row
 * @param {{issue: Object, ground: Object, holders: Array, now: Date}} about
 */
export function fieldsOf(row, about) {
  const named = (name, isRequired) => ({
    name, kind: KINDS[name] ?? "long", label: say(`field_${name}`), isRequired, isMany: MANY.includes(name),
    options: optionsOf(name, about), value: usual(name, about),
  });
  const extra = row.action === "attach" ? [named("kind", true)] : [];
  return [...extra, ...row.requires.map((name) => named(name, true)), ...row.takes.map((name) => named(name, false))];
}

function optionsOf(name, { ground, holders }) {
  if (CODES[name]) return CODES[name].map((code) => ({ value: code, name: say(`${name}_${code}`) }));
  if (name === "unit") return (ground?.units ?? []).map((one) => ({ value: one, name: say(`unit_${one}`) }));
  if (name === "departments") return (ground?.departments ?? []).map((one) => ({ value: one.code, name: one.name }));
  if (name !== "holder") return [];
  return holders.map((one) => ({
    value: one.holder, group: one.group || say("field_departments_group"),
    name: one.what ? say("work_holder", { name: one.name, what: one.what }) : one.name,
  }));
}

/** What is usual: an answer by the end of the next working day, two more for an extension, a look in thirty days. */
function usual(name, { issue, ground, now }) {
  const due = issue.due_at && new Date(issue.due_at) > now ? new Date(issue.due_at) : now;
  if (name === "answer_by") return local(endOfWork(ground, now, 1));
  if (name === "until") return local(endOfWork(ground, due, 2));
  if (name === "review_date") return local(new Date(now.getTime() + REVIEW_DAYS * DAY_MS)).slice(0, 10);
  if (name === "kind") return issue.state.code === "dispatched" ? "before" : "after";
  return "";
}

function endOfWork(ground, from, days) {
  const day = (at) => moment(at).slice(0, 10);
  const ends = new Map();
  for (const [begin, end] of ground?.working ?? []) if (day(begin) > day(from)) ends.set(day(begin), end);
  return new Date([...ends.values()][days - 1] ?? from.getTime() + days * DAY_MS);
}

/** An instant as a field of the page's zone holds it. */
export const local = (at) => moment(at).replace(" ", "T");

/** Draw a field, filled with what was kept of it. */
export function drawn(template, field, kept) {
  const made = stamp(template(field.kind), { name: field.label, optional: field.isRequired ? "" : say("work_optional") }).firstElementChild;
  made.dataset.field = field.name;
  const value = kept ?? field.value;
  if (field.kind === "several") several(template, made, field, value);
  if (["several", "photos"].includes(field.kind)) return made;
  const [control, label] = [made.querySelector("input, textarea, select"), made.querySelector("label")];
  Object.assign(control, { id: `w-${field.name}`, name: field.name, required: field.isRequired });
  label.htmlFor = control.id;
  if (field.kind === "choice") control.append(...choices(field));
  control.value = value;
  return made;
}

function several(template, made, field, value) {
  const chosen = [value].flat();
  made.querySelector("[data-options]").append(...field.options.map((one) => {
    const option = stamp(template("option"), { name: one.name });
    Object.assign(option.querySelector("input"), {
      type: field.isMany ? "checkbox" : "radio", name: field.name, value: one.value, checked: chosen.includes(one.value),
    });
    return option;
  }));
}

function* choices(field) {
  const option = (value, name) => Object.assign(document.createElement("option"), { value, textContent: name });
  yield option("", say(field.isRequired ? "work_choose" : "work_none"));
  const groups = new Map();
  for (const one of field.options) {
    if (!one.group) yield option(one.value, one.name);
    else groups.set(one.group, [...(groups.get(one.group) ?? []), option(one.value, one.name)]);
  }
  for (const [label, options] of groups) {
    const group = Object.assign(document.createElement("optgroup"), { label });
    group.append(...options);
    yield group;
  }
}

/** What a form says now, `{name: text, or a list where several may be chosen}`; photos are not in it. */
export function valuesOf(form, fields) {
  const said = new FormData(form);
  return Object.fromEntries(fields.filter((field) => field.kind !== "photos")
    .map((field) => [field.name, field.isMany ? said.getAll(field.name) : String(said.get(field.name) ?? "").trim()]));
}

/** Say below a field what is wrong with it; without words nothing is. */
export function faulted(field, name, words) {
  const below = field.querySelector(".field-error");
  below.textContent = words;
  below.hidden = !words;
  below.id = `w-${name}-wrong`;
  const control = field.querySelector("input, textarea, select");
  control.setAttribute("aria-invalid", String(Boolean(words)));
  if (words) control.setAttribute("aria-describedby", below.id);
}
