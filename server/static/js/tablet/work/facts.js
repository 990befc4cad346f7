/** Parts of one issue: its facts, what came of it, who was called and asked, what waits, its log. */

import { page, say } from "../../page.js";
import { stamp } from "../../stamp.js";
import { moment } from "../../times.js";
import { whyOf } from "../step.js";
import { stateOf } from "./order.js";

const DONE = ["finish", "settle"];

/** What the slots of an issue's template say. */
export function factsOf(issue, clock) {
  return {
    category: issue.category.name, state: stateOf(issue), clock, number: issue.number,
    description: issue.description ?? issue.summary, place: issue.place_text || null, cell: issue.cell?.name,
    holder: issue.holder?.name ?? say("nobody"), source: issue.source.name, reported: moment(issue.reported_at),
    due: moment(issue.due_at), page: `${page.urls.list ?? "/issues"}/${encodeURIComponent(issue.number)}`, outcome: outcomeOf(issue),
  };
}

/** What came of it, a line each; "" while nothing did. */
function outcomeOf(issue) {
  const { quantity, unit, money, satisfaction } = issue.outcome ?? {};
  const said = (issue.log ?? []).findLast?.((step) => DONE.includes(step.action))?.words;
  const lines = [said];
  if (quantity != null) lines.push(say("work_quantity", { quantity, unit: unit ?? "" }));
  if (money != null) lines.push(say("work_money", { money }));
  if (satisfaction) lines.push(say("work_satisfaction", { name: satisfaction.name }));
  return lines.filter(Boolean).join("\n");
}

/** Departments called and time asked for, a line each. */
export function callsOf(issue) {
  const called = (issue.whistles ?? []).map((one) => say(one.answered_at ? "work_answered" : "work_called", {
    department: one.department.name, until: moment(one.answer_by), result: one.result?.name ?? "",
  }));
  const asked = (issue.asks ?? []).map((one) => say(`work_ask_${one.kind}`, { until: moment(one.until), state: one.state.name }));
  return [...called, ...asked];
}

/** The log, newest first. */
export function logOf(issue, template) {
  return [...(issue.log ?? [])].sort((one, other) => other.seq - one.seq).map((step) => {
    const made = stamp(template("step"), {
      name: step.action_name, who: [step.who, step.role_name].filter(Boolean).join(" · "), at: moment(step.at), words: step.words,
    });
    made.querySelector("li").classList.add(`state-${step.to}`);
    made.querySelector(".words").hidden = !step.words;
    return made;
  });
}

/** Records of the outbox that concern it, in the order they were put. */
export function waitingOf(rows, template) {
  return rows.filter((row) => row.state !== "done").map((row) => {
    const made = stamp(template("waiting"), {
      title: row.title, state: say(`work_state_${row.state}`), at: moment(row.at), why: whyOf(row),
    });
    made.querySelector("li").classList.add(["refused", "decide"].includes(row.state) ? "note-bad" : "note-warn");
    made.querySelector("[data-slot=why]").hidden = !whyOf(row);
    return made;
  });
}
