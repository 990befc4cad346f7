import { toMap } from "../map/ground.js";
import { hear, hearNow, page, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { now } from "../tablet/clock.js";
import { ground, work } from "../tablet/field.js";
import { whenLifted } from "../tablet/finger.js";
import { left } from "../tablet/left.js";
import { locate } from "../tablet/locate.js";
import { goal } from "../tablet/map/goal.js";
import { whose } from "../tablet/map/where.js";
import { unsentReport } from "../tablet/work/unsent.js";
import { moment } from "../times.js";

/**
 * What was tapped on the map, from below: an issue, several at one place, a compound or building, a cell.
 *
 * Hears `tablet:chosen`, `field:work`, `work:unsent`, `field:person`, `field:nobody`, `tablet:view`, `tablet:pick`; tells `tablet:open` and `tablet:report`.
 * Children: `[data-body]`, `[data-close]`, templates by `data-kind`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  const ring = L.circleMarker([0, 0], { radius: 20, weight: 3, fill: false, className: "m-ring", interactive: false });
  let [back, shown, said] = [null, [], ""];

  function open(made, place = null, isAgain = false) {
    const words = made.textContent;
    if (isAgain && words === said) return;
    said = words;
    back ??= document.activeElement;
    part("body").replaceChildren(made);
    element.hidden = false;
    part("body").scrollTop = 0;
    if (place) ring.setLatLng(toMap(place.lon, place.lat)).addTo(map);
    else ring.remove();
    if (place) clear(map, element, ring.getLatLng());
    if (!isAgain) element.focus({ preventScroll: true });
  }

  function close() {
    if (element.hidden) return;
    element.hidden = true;
    ring.remove();
    shown = [];
    if (element.contains(document.activeElement) || document.activeElement === document.body) back?.focus?.({ preventScroll: true });
    back = null;
  }

  const find = (number) => work()?.issues.find((one) => (one.number ?? one.uid) === number) ?? unsentReport(number);

  function toIssue(number) {
    if (location.hash !== "#tasks") location.hash = "#tasks";
    tell("tablet:open", number);
  }

  function unsent(one, isAgain) {
    const made = stamp(template("unsent"), {
      category: one.category.name, state: one.state, summary: one.summary, place: one.place_text, at: moment(one.reported_at),
    });
    goal(made, one);
    open(made, one, isAgain);
  }

  function issue(one, isAgain = false) {
    if (one.isUnsent) { unsent(one, isAgain); return; }
    const known = ground();
    const clock = known ? left(one, known, now()) : { colour: one.clock, words: one.left };
    const made = stamp(template("issue"), {
      category: one.category.name, state: one.state, clock, summary: one.summary, number: one.number,
      place: [one.place_text, one.cell?.name].filter(Boolean).join(page.language === "en" ? ", " : "，"),
      holder: one.mine === false ? one.holder?.name ?? say("nobody") : say("map_mine"),
    });
    made.querySelector("[data-pending]").hidden = !one.pending?.length;
    made.querySelector("[data-open]").addEventListener("click", () => toIssue(one.number));
    goal(made, one);
    open(made, one, isAgain);
  }

  function bunch(numbers) {
    const made = stamp(template("bunch"), { count: say("map_here_many", { n: numbers.length }) });
    const rows = numbers.map(find).filter(Boolean).map((one) => {
      const row = stamp(template("row"), { category: one.category.name, summary: one.summary, clock: left(one, ground(), now()) });
      row.querySelector("button").addEventListener("click", () => { shown = [one.number ?? one.uid]; issue(one); });
      return row;
    });
    made.querySelector("[data-rows]").append(...rows);
    open(made);
  }

  function place(one) {
    const known = ground();
    const found = known?.cells.find((cell) => cell.code === one.cell) ?? (known && locate(one.lon, one.lat, known).cell);
    const made = stamp(template("place"), {
      name: one.name, kind: say(`place_kind_${one.kind}`), cell: found?.name, whose: found ? whose(found, known).whose : "",
    });
    const wish = { lon: one.lon, lat: one.lat, name: one.name };
    made.querySelector("[data-report]").addEventListener("click", () => {
      close();
      location.hash = "#report";
      tell("tablet:report", { place: wish });
    });
    goal(made, one);
    open(made, one);
  }

  function cell(at) {
    const known = ground();
    const found = known && locate(at.lon, at.lat, known).cell;
    if (!found) { close(); return; }
    const { whose: held, isMine } = whose(found, known);
    open(stamp(template("cell"), { name: found.name, whose: held || say("map_own_cell"), more: isMine ? "" : say("map_other_cell") }));
  }

  /** What it tells of has changed: it says so without taking the focus. */
  function again() {
    if (element.hidden || shown.length !== 1) return;
    const one = find(shown[0]);
    if (!one) close();
    else if (!part("body").contains(document.activeElement)) issue(one, true);
  }

  hearNow("tablet:chosen", ({ kind, numbers = [], place: one, at }) => {
    const known = numbers.filter(find);
    if (kind === "ground") { if (element.hidden) cell(at); else close(); return; }
    shown = known;
    if (kind === "place") place(one);
    else if (known.length === 1) issue(find(known[0]));
    else if (known.length) bunch(known);
  });
  for (const name of ["field:work", "work:unsent"]) hear(name, () => whenLifted(again));
  hear("tablet:pick", close);
  for (const name of ["field:person", "field:nobody"]) hear(name, () => { close(); part("body").replaceChildren(); });
  hear("tablet:view", (view) => { if (view === "report" || view === "me") close(); });
  part("close").addEventListener("click", close);
  element.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
}

/** Move the map so that the sheet does not lie over what it tells of. */
function clear(map, sheet, spot) {
  const [point, frame] = [map.latLngToContainerPoint(spot), map.getContainer().getBoundingClientRect()];
  const lid = sheet.getBoundingClientRect();
  const over = frame.top + point.y - (lid.top - 48);
  if (over > 0 && frame.left + point.x > lid.left && frame.left + point.x < lid.right) map.panBy([0, over], { animate: false });
}
