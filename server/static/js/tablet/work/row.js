/** One task as a row of the list. */

import { say, tell } from "../../page.js";
import { outline, stamp } from "../../stamp.js";
import { left } from "../left.js";
import { STUCK, clockOf, farWords, metres, stateOf } from "./order.js";

/**
 * Draw a task.
 * @param {(kind: string) => HTMLTemplateElement} template
 * @param {Object} issue as `field:work` tells it
 * @param {{ground: Object, whose: string, place: ?Object, now: Date, fresh: Set<string>}} about
 */
export function rowOf(template, issue, { ground, whose, place, now, fresh }) {
  const made = stamp(template("row"), {
    category: issue.category.name, state: stateOf(issue), summary: issue.summary, clock: clockOf(issue, left, ground, now),
    place: issue.place_text || issue.cell?.name || "", far: farWords(metres(place, issue)),
  });
  made.querySelector("li").dataset.number = issue.number ?? issue.uid;
  made.querySelector(".w-marks").append(...marksOf(issue, whose, fresh).map((mark) => markOf(template, mark)));
  made.querySelector("button").addEventListener("click", () => {
    if (issue.isUnsent) location.hash = "#queue";
    else tell("tablet:open", issue.number);
  });
  return made;
}

function marksOf(issue, whose, fresh) {
  const marks = (issue.pending ?? []).map((one) => (STUCK.includes(one.state)
    ? ["stuck", "alert-circle", say("work_stuck", one)] : ["waits", "cloud-up", say("work_pending", one)]));
  if (issue.round > 1) marks.unshift(["again", "refresh", say("work_round", { n: issue.round })]);
  if (whose === "cells" && issue.mine) marks.unshift(["mine", "user", say("work_mine")]);
  if (fresh.has(issue.number)) marks.unshift(["new", "bell", say("work_new")]);
  return marks;
}

function markOf(template, [kind, symbol, words]) {
  const made = template("mark").content.firstElementChild.cloneNode();
  made.classList.add(`is-${kind}`);
  made.append(outline(symbol), document.createTextNode(words));
  return made;
}
