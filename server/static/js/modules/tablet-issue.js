import { hear, hearNow, page, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { now } from "../tablet/clock.js";
import * as field from "../tablet/field.js";
import { whenLifted } from "../tablet/finger.js";
import { fetchWhole } from "../tablet/kept.js";
import { left } from "../tablet/left.js";
import { all } from "../tablet/outbox.js";
import { isLikely, offered } from "../tablet/work/offer.js";
import { callsOf, factsOf, logOf, waitingOf } from "../tablet/work/facts.js";
import { showPhotos, unsent } from "../tablet/work/pictures.js";
import { STUCK, clockOf } from "../tablet/work/order.js";

/**
 * One issue as the device knows it, with what waits for it and what may be done.
 *
 * Hears `tablet:open` (a number), `field:work`, `field:net`, `field:person`, `field:nobody`, `outbox:changed`, `work:put`;
 * tells `work:shown` (a number or null), `work:act` `{issue, row}`, `tablet:look`. Children: `[data-back]`, `[data-body]`,
 * `[data-told]`, `[data-none]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  let [number, drawn, fresh, isAsked, drawing] = [null, "", null, false, null];

  /** Draw what is asked for now; what is asked for meanwhile is drawn after it. */
  function draw() {
    isAsked = true;
    drawing ??= anew().finally(() => { drawing = null; });
    return drawing;
  }

  async function anew() {
    while (isAsked && number !== null) {
      isAsked = false;
      await once(number);
    }
  }

  async function read(wanted) {
    const [issue, rows, ground] = await Promise.all([field.issue(wanted), all(), field.ground()]);
    return { issue, ground, rows: issue ? rows.filter((row) => row.subject?.uid === issue.uid) : [], isReachable: field.isReachable() };
  }

  /** Only what has changed, and not while a finger lies on it. */
  async function once(wanted) {
    const known = await read(wanted);
    if (number !== wanted) return;
    if (known.rows.some((row) => STUCK.includes(row.state)) && part("told").classList.contains("note-good")) part("told").hidden = true;
    const state = JSON.stringify([wanted, known.issue, known.rows, known.isReachable, known.ground?.next]);
    part("none").hidden = Boolean(known.issue);
    if (state === drawn) return;
    const made = known.issue ? body(known) : document.createDocumentFragment();
    const photos = made.querySelector("[data-photos]");
    if (photos) await showPhotos(photos, template, { photos: known.issue.photos ?? [], own: unsent(known.rows), isReachable: known.isReachable });
    if (number !== wanted) return;
    [drawn, fresh] = [state, made];
    whenLifted(place);
  }

  function place() {
    if (number !== null) part("body").replaceChildren(fresh);
  }

  function body({ issue, ground, rows, isReachable }) {
    const facts = factsOf(issue, clockOf(issue, left, ground, now()));
    const made = stamp(template("one"), facts);
    const inside = (name) => made.querySelector(`[data-${name}]`);
    inside("waiting").append(...waitingOf(rows, template));
    inside("waits").hidden = !inside("waiting").children.length;
    inside("log").append(...logOf(issue, template));
    inside("logged").hidden = !issue.log?.length;
    inside("brief").hidden = Boolean(issue.log);
    inside("outcome").hidden = !facts.outcome;
    const calls = callsOf(issue);
    inside("calls").hidden = !calls.length;
    inside("called").append(...calls.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
    inside("show-map").hidden = issue.lon === null;
    inside("show-map").addEventListener("click", () => { location.hash = "#map"; tell("tablet:look", issue); });
    inside("desk").hidden = !isReachable;
    buttons(inside("acts"), issue, ground);
    return made;
  }

  function buttons(place, issue, ground) {
    const { first, rest } = offered(issue, ground);
    place.append(...first.map((row, at) => button(issue, row, at === 0 && isLikely(row))));
    place.hidden = !first.length;
    if (!rest.length) return;
    const more = stamp(template("more"), {});
    more.querySelector("[data-rest]").append(...rest.map((row) => button(issue, row, false)));
    place.append(more);
  }

  function button(issue, row, isPrimary) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: row.name });
    made.className = isPrimary ? "btn btn-primary w-first" : "btn";
    made.dataset.action = row.action;
    made.addEventListener("click", () => tell("work:act", { issue, row }));
    return made;
  }

  async function open(wanted) {
    [number, drawn] = [String(wanted), ""];
    if (history.state?.issue !== number) history.pushState({ issue: number }, "", location.hash || "#tasks");
    part("told").hidden = true;
    element.hidden = false;
    tell("work:shown", number);
    await draw();
    element.closest("[data-view]").scrollTop = 0;
    part("body").querySelector("h1")?.focus({ preventScroll: true });
    const fetched = fetchWhole(number, await field.issue(number), page.urls.details);
    if (await fetched.catch(() => false)) again(); // without it what the device has is shown; the line above tells of the network
  }

  function told(kind, words) {
    part("told").className = `note note-${kind}`;
    part("told").textContent = words;
    part("told").hidden = false;
    part("told").scrollIntoView({ block: "nearest" });
  }

  function shut() {
    if (number === null) return;
    const last = number;
    number = null;
    element.hidden = true;
    part("body").replaceChildren();
    tell("work:shown", null);
    element.parentElement.querySelector(`li[data-number="${CSS.escape(last)}"] button`)?.focus();
  }

  const again = () => { if (number !== null) draw(); };
  part("back").addEventListener("click", () => { if (history.state?.issue) history.back(); else shut(); });
  addEventListener("popstate", () => {
    if (!history.state?.issue) shut();
    else if (history.state.issue !== number) open(history.state.issue);
  });
  hearNow("tablet:open", open);
  for (const name of ["field:person", "field:nobody"]) hear(name, shut);
  for (const name of ["field:work", "field:ground", "field:net", "outbox:changed"]) hear(name, again);
  hear("work:put", ({ title }) => { told("good", say("work_put", { title })); again(); });
  hear("work:refused", ({ words }) => told("bad", words));
  setInterval(() => { if (!document.hidden && element.checkVisibility()) { drawn = ""; again(); } }, 60_000);
}
