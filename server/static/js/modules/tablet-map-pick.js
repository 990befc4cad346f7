import { fromMap, toMap } from "../map/ground.js";
import { hear, say, tell } from "../page.js";
import { ground } from "../tablet/field.js";
import { isWide } from "../tablet/map/view.js";
import { where } from "../tablet/map/where.js";

const NEAR_ZOOM = 18;

/**
 * Picking a place for a report: a pin to drag, set by a tap or where the report has it; else the middle of the map.
 *
 * Hears `tablet:pick` (perhaps `{lon, lat}`, the place so far), `tablet:view`; tells `tablet:picked` `{lon, lat}`.
 * Children: `[data-cross]`, `[data-pick]` with `[data-spot]`, `[data-spot-more]` and the buttons `[data-pick-here]`,
 * `[data-pick-stop]` and `[data-pick-middle]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const part = (name) => element.querySelector(`[data-${name}]`);
  const drawn = part("cross").firstElementChild.cloneNode(true);
  const icon = L.divIcon({ className: "m-pin", html: drawn, iconSize: [48, 48], iconAnchor: [24, 46] });
  const pin = L.marker([0, 0], { icon, draggable: true, autoPan: true, title: say("map_pin"), zIndexOffset: 900 });
  let [isOn, before] = [false, "report"];

  const spot = () => fromMap(map.hasLayer(pin) ? pin.getLatLng() : map.getCenter());

  function tellSpot() {
    if (!isOn) return;
    const { words, whose } = where(spot(), ground(), "spot");
    part("spot").textContent = words;
    part("spot-more").textContent = whose || say(map.hasLayer(pin) ? "map_drag" : "map_move");
  }

  function put(place) {
    if (place) pin.setLatLng(place).addTo(map);
    else pin.remove();
    part("cross").hidden = Boolean(place);
    part("pick-middle").hidden = !place;
    tellSpot();
  }

  function begin(given) {
    isOn = true;
    before = location.hash.slice(1) || "report";
    element.classList.add("is-picking");
    part("pick").hidden = false;
    if (!isWide()) location.hash = "#map";
    const place = Number.isFinite(given?.lon) ? toMap(given.lon, given.lat) : null;
    if (place) map.setView(place, Math.max(map.getZoom(), NEAR_ZOOM), { animate: false });
    put(place);
  }

  function end() {
    isOn = false;
    element.classList.remove("is-picking");
    part("pick").hidden = true;
    pin.remove();
    part("cross").hidden = true;
  }

  function back(place) {
    end();
    if (place) tell("tablet:picked", place);
    location.hash = `#${before === "map" ? "report" : before}`;
  }

  hear("tablet:pick", begin);
  hear("tablet:view", (view) => { if (isOn && view !== "map" && view !== before) end(); });
  map.on("click", ({ latlng }) => { if (isOn) put(latlng); });
  map.on("moveend", tellSpot);
  pin.on("dragend", tellSpot);
  part("pick-here").addEventListener("click", () => back(spot()));
  part("pick-stop").addEventListener("click", () => back(null));
  part("pick-middle").addEventListener("click", () => {
    if (map.hasLayer(pin)) map.setView(pin.getLatLng(), map.getZoom(), { animate: false });
    put(null);
  });
}
