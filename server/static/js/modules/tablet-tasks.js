import { hear, hearNow, say } from "../page.js";
import { stamp } from "../stamp.js";
import { now } from "../tablet/clock.js";
import { ground, work } from "../tablet/field.js";
import { whenLifted } from "../tablet/finger.js";
import * as place from "../tablet/place.js";
import { pref, setPref } from "../tablet/store.js";
import { grouped, isAmong, isOnMe, metres, recent } from "../tablet/work/order.js";
import { rowOf } from "../tablet/work/row.js";
import { unsentReports } from "../tablet/work/unsent.js";

const PAGE = 25; // rows drawn at once
const MOVED_M = 30;
const CHOICES = ["whose", "order"];

/**
 * The tasks: mine or those in my cells, by due time or distance, with a box to find some.
 *
 * Hears `field:work`, `field:ground`, `field:person`, `field:nobody`, `field:place`, `field:noplace`, `tablet:view`,
 * `work:unsent`, `work:shown` (a number or null).
 * Children: `[data-whose]`, `[data-order]`, `[data-find]`, `[data-groups]`, `[data-more]`; templates by `data-kind`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  const how = { whose: "mine", order: "due", find: "", place: null, cells: new Set(), now: now(), ground: null, fresh: new Set() };
  let [issues, most, seen] = [null, PAGE, null];

  const draw = () => whenLifted(drawn);

  function drawn() {
    if (element.hidden || !element.checkVisibility()) return; // it is drawn when it is looked at
    const unsent = unsentReports();
    if (!issues && !unsent.length) return;
    how.now = now();
    how.place = recent(place.last());
    const groups = grouped([...(issues ?? []), ...unsent], how);
    const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
    let room = most;
    part("wait").hidden = Boolean(issues);
    part("groups").replaceChildren();
    for (const group of groups) {
      const rows = group.rows.slice(0, room);
      room -= rows.length;
      if (rows.length) part("groups").append(section(group, rows));
    }
    part("more").hidden = total <= most;
    part("more").textContent = say("work_more", { n: Math.min(PAGE, total - most) });
    part("empty").hidden = total > 0;
    part("empty-words").textContent = say(how.find ? "work_none_found" : `work_none_${how.whose}`, { find: how.find });
    part("clear").hidden = !how.find;
    if (issues) count();
    complain();
  }

  function section(group, rows) {
    const made = stamp(template("group"), { title: say(`work_group_${group.key}`), many: group.rows.length });
    made.querySelector("section").classList.add(`is-${group.key}`);
    made.querySelector("[data-rows]").append(...rows.map((issue) => rowOf(template, issue, how)));
    return made;
  }

  function count() {
    const mine = issues.filter(isOnMe).length;
    const cells = issues.filter((issue) => isAmong(issue, "cells", how.cells)).length;
    element.querySelector("[data-many=mine]").textContent = mine;
    element.querySelector("[data-many=cells]").textContent = cells;
  }

  function complain() {
    const lacks = how.order === "near" && !how.place;
    const code = place.missing();
    part("said").hidden = !lacks;
    part("said").textContent = lacks ? say(code ? `noplace_${code}` : "work_no_place") : "";
  }

  function press(name, value) {
    how[name] = value;
    most = PAGE;
    for (const one of element.querySelectorAll(`[data-${name}]`)) one.setAttribute("aria-pressed", one.dataset[name] === value);
    look();
    draw();
  }

  function lay(told) {
    how.ground = told;
    how.cells = new Set(told?.cells.filter((cell) => cell.own).map((cell) => cell.code));
    draw();
  }

  /** Somebody else's tasks from now on, or nobody's. */
  function leaveIt() {
    [issues, most] = [null, PAGE];
    Object.assign(how, { find: "", ground: null, cells: new Set(), fresh: new Set() });
    part("find").value = "";
    part("groups").replaceChildren();
    for (const one of element.querySelectorAll("[data-many]")) one.textContent = "";
    part("more").hidden = true;
    part("empty").hidden = true;
    part("wait").hidden = false;
  }

  /** The place is asked for only while tasks are shown in the order of distance. */
  function look() {
    if (how.order === "near" && element.checkVisibility()) place.watch("tasks");
    else place.unwatch("tasks");
  }

  for (const name of CHOICES) {
    for (const one of element.querySelectorAll(`[data-${name}]`)) {
      one.addEventListener("click", () => {
        press(name, one.dataset[name]);
        setPref(`work.${name}`, one.dataset[name]).catch(() => { /* Not remembered; nothing is lost. */ });
      });
    }
  }
  part("find").addEventListener("input", () => { [how.find, most] = [part("find").value.trim(), PAGE]; draw(); });
  part("clear").addEventListener("click", () => { [how.find, part("find").value] = ["", ""]; draw(); });
  part("more").addEventListener("click", () => { most += PAGE; draw(); });
  hearNow("field:ground", lay);
  hearNow("field:work", (told, isLate) => {
    if (isLate && !told.made) return; // not known yet
    issues = told.issues;
    for (const number of isLate ? told.since : told.fresh) how.fresh.add(number);
    draw();
  });
  hear("work:unsent", draw);
  for (const name of ["field:person", "field:nobody"]) hear(name, leaveIt);
  hear("field:place", (found) => {
    if (how.order !== "near" || (seen && metres(seen, found) < MOVED_M)) return;
    seen = found;
    draw();
  });
  hear("field:noplace", complain);
  hear("tablet:view", () => { look(); draw(); });
  hear("work:shown", (number) => {
    how.fresh.delete(number);
    element.hidden = number !== null;
    look();
    draw();
  });
  setInterval(() => { if (!document.hidden && element.checkVisibility()) draw(); }, 60_000);
  issues = work()?.issues ?? null;
  lay(ground());
  for (const name of CHOICES) {
    pref(`work.${name}`).then((kept) => { if (kept) press(name, kept); }).catch(() => { /* Nobody has signed in yet. */ });
  }
}
