import { hear, say, tell } from "../page.js";
import { change, draft } from "../tablet/draft.js";
import * as field from "../tablet/field.js";
import { last, missing, unwatch, watch } from "../tablet/place.js";
import { whereOf } from "../tablet/report.js";

const REASON = "report";
const GOOD_M = 50;
const FRESH_MS = 15_000; // a better place not older than this is kept over a worse one

/**
 * Where it is: the device's place while it is being written, held at the first photo, or a spot of the map; with the cell
 * and who holds it as the device knows them.
 *
 * Hears `tablet:view`, `tablet:picked`, `field:place`, `field:noplace`, `field:ground`, `report:draft`; tells `tablet:pick`,
 * `report:where`. Children: `[data-cell]`, `[data-holder]`, `[data-doubt]`, `[data-warn]`, `[data-locate]`, `[data-on-map]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [isShown, lack] = [false, missing()];

  /** Whether the place follows the device: not once it was chosen by hand, nor once a photo holds it. */
  const isLoose = () => !draft().place || draft().place.by === "gps";

  function found(spot) {
    lack = null;
    if (!isShown || !isLoose()) return;
    const before = draft().place;
    const isWorse = before && spot.accuracy_m > before.accuracy_m && Date.parse(spot.at) - Date.parse(before.at) < FRESH_MS;
    if (!isWorse) change({ place: { ...spot, by: "gps" } });
  }

  function hold() {
    const { place, photos } = draft();
    if (photos.length && place?.by === "gps" && place.accuracy_m <= GOOD_M) change({ place: { ...place, by: "photo" } });
  }

  function doubt(place) {
    if (place.by === "hand") return say("by_hand");
    const said = say("report_accuracy", { metres: Math.round(place.accuracy_m) });
    return place.by === "photo" ? say("report_held", { said }) : said;
  }

  function warning(place, where) {
    if (where.isFar) return say("report_far", { metres: Math.round(place.accuracy_m) });
    if (where.how === "edge" || where.how === "overlap") return say("report_edge");
    if (where.how === "nearest") return say("report_nearest", { metres: Math.max(1, Math.round(where.distance_m)) });
    return where.beside.length ? say("report_beside", { cells: where.beside.join(say("comma")) }) : "";
  }

  function holder({ how, cell }) {
    if (!cell) return how === "unknown" ? "" : say("report_to_desk");
    if (cell.own === "substitute") return say("report_for", { name: cell.whom ?? "" });
    return cell.holder ? say("report_holder", { name: cell.holder.name }) : "";
  }

  function show() {
    const { place } = draft();
    const where = place && whereOf(place, field.ground());
    const none = lack ? say("no_place") : say("locating");
    part("cell").textContent = where ? where.cell?.name ?? say(where.how === "unknown" ? "report_unknown" : "no_cell") : none;
    part("holder").textContent = where ? holder(where) : "";
    part("doubt").textContent = where ? doubt(place) : "";
    const warn = where ? warning(place, where) : lack ? say(`position_${lack}`) : "";
    part("warn").textContent = warn;
    part("warn").hidden = !warn;
    element.classList.toggle("is-far", Boolean(where?.isFar));
    tell("report:where", { place, where });
  }

  hear("field:place", found);
  hear("field:noplace", ({ code }) => { lack = code; show(); });
  hear("field:ground", show);
  hear("report:draft", ({ changed }) => {
    if (changed.includes("photos")) hold();
    if (changed.includes("place")) show();
    if (changed.includes("id") && isShown && last()) found(last());
  });
  hear("tablet:view", (name) => {
    isShown = name === "report";
    if (isShown) watch(REASON);
    else unwatch(REASON);
    if (isShown && last()) found(last());
  });
  hear("tablet:picked", ({ lon, lat }) => change({ place: { lon, lat, accuracy_m: null, by: "hand", at: new Date().toISOString() } }));
  part("locate").addEventListener("click", () => {
    lack = null;
    change({ place: null });
    unwatch(REASON);
    watch(REASON);
  });
  part("on-map").addEventListener("click", () => tell("tablet:pick", draft().place));
  if (location.hash.startsWith("#report")) { isShown = true; watch(REASON); }
  show();
}
