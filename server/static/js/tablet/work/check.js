/** Whether an act can be put into the outbox, field by field and in words, as the server will ask it. */

import { say } from "../../page.js";
import { local } from "./fields.js";

const NUMBER = /^\d{1,9}([.,]\d{1,4})?$/;
const YEARS_MOST = 3;
const TEXT_MOST = 5000;

/**
 * Check what was filled in and make of it what the act is given.
 * @param {Array} fields as `fieldsOf` lists them
 * @param {Object} values as `valuesOf` reads them
 * @param {{issue: Object, now: Date, photos: string[], limits: Object}} about
 * @returns {{given: Object, wrong: Object<string, string>}} `wrong` names each field that is to be mended
 */
export function check(fields, values, about) {
  const [given, wrong] = [{}, {}];
  for (const field of fields) {
    const value = field.kind === "photos" ? about.photos : values[field.name];
    const words = fault(field, value, values, about);
    if (words) wrong[field.name] = words;
    else if (value.length) given[field.name] = made(field, value);
  }
  return { given, wrong };
}

function made(field, value) {
  if (field.kind === "number") return Number(value.replace(",", "."));
  return field.kind === "photos" ? value.length : value;
}

function fault(field, value, values, about) {
  const { name, label, kind } = field;
  if (!value.length) {
    if (name === "unit" && values.quantity) return say("work_need_unit");
    return field.isRequired ? say(lack(field), { field: label }) : "";
  }
  if (kind === "long") {
    return value.length > (about.limits?.text ?? TEXT_MOST) ? say("work_too_long", { field: label, n: value.length }) : "";
  }
  if (kind === "number") return NUMBER.test(value) ? "" : say("work_not_number", { field: label, value });
  if (name === "unit") return values.quantity ? "" : say("work_need_quantity");
  if (kind === "photos") return value.length > most(about) ? say("work_many_photos", { n: value.length, most: most(about) }) : "";
  if (kind === "when" || kind === "day") return time(field, value, about);
  return name === "contacted" && value === "no" ? say("work_not_contacted") : "";
}

const most = ({ limits }) => limits?.photos ?? 9;

function lack({ name, kind }) {
  if (kind === "photos") return "work_need_photos";
  return ["choice", "several", "when", "day"].includes(kind) || name === "holder" ? "work_need_choice" : "work_need_words";
}

function time({ name, label }, value, { issue, now }) {
  const least = name === "until" && issue.due_at && new Date(issue.due_at) > now ? local(issue.due_at) : local(now);
  const end = value.length === 10 ? `${value}T24:00` : value;
  const last = `${Number(least.slice(0, 4)) + YEARS_MOST}${least.slice(4)}`;
  if (end <= least) return say("work_too_early", { field: label, least: least.replace("T", " ") });
  return end > last ? say("work_too_late", { field: label, most: last.slice(0, 10) }) : "";
}
