import { toMap } from "../map/ground.js";
import { meIcon } from "../map/marks.js";
import { hear, say } from "../page.js";
import { age } from "../times.js";
import { ground } from "../tablet/field.js";
import { isShown } from "../tablet/map/view.js";
import { where } from "../tablet/map/where.js";
import { last, missing, unwatch, watch } from "../tablet/place.js";

const NEAR_ZOOM = 17;
const POOR_M = 60; // from here on the error is said as a warning
const BLUE = "#1c7ed6"; // as the mark `.me`

/**
 * Where the worker stands: the mark with its ring, and the cell in words, without a network too.
 *
 * Hears `field:place`, `field:noplace`, `field:ground`, `tablet:view`. Children: `[data-here]` (again: follow me),
 * `[data-where]`, `[data-where-more]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const part = (name) => element.querySelector(`[data-${name}]`);
  const ring = L.circle([0, 0], { radius: 1, weight: 1.5, color: BLUE, fillOpacity: 0.12, interactive: false });
  const mark = L.marker([0, 0], { icon: meIcon(), interactive: false, keyboard: false, zIndexOffset: 500 });
  let [isFollowing, isAsked] = [false, false];

  function follow(isOn) {
    isFollowing = isOn;
    part("here").setAttribute("aria-pressed", String(isOn));
  }

  function tellWhere(words, more = "", look = "") {
    part("where").textContent = words;
    part("where-more").textContent = more;
    element.dataset.look = look;
  }

  function show(place) {
    const spot = toMap(place.lon, place.lat);
    ring.setLatLng(spot).setRadius(place.accuracy_m ?? 0).addTo(map);
    mark.setLatLng(spot).addTo(map);
    mark.getElement()?.classList.remove("is-old");
    if (isFollowing) map.setView(spot, isAsked ? Math.max(map.getZoom(), NEAR_ZOOM) : map.getZoom(), { animate: !isAsked });
    isAsked = false;
    const { words, whose, isMine } = where(place, ground());
    const isPoor = place.accuracy_m > POOR_M;
    const error = say(isPoor ? "map_poor" : "accuracy", { metres: Math.round(place.accuracy_m) });
    tellWhere(words, [whose, error].filter(Boolean).join(say("map_comma")), isPoor ? "poor" : isMine ? "mine" : "other");
  }

  function lack({ code }) {
    const place = last();
    if (!place) { tellWhere(say(`position_${code}`), "", "none"); return; }
    const { words, whose } = where(place, ground());
    mark.getElement()?.classList.add("is-old");
    tellWhere(words, [whose, say("map_old_place", { age: age(place.at) })].filter(Boolean).join(say("map_comma")), "poor");
  }

  function turn(view) {
    if (isShown(view)) watch("map");
    else unwatch("map");
  }

  part("here").addEventListener("click", () => {
    follow(true);
    isAsked = true;
    watch("map");
    if (last()) show(last());
  });
  map.on("dragstart", () => follow(false));
  hear("field:place", show);
  hear("field:noplace", lack);
  hear("field:ground", () => { if (last() && !missing()) show(last()); });
  hear("tablet:look", () => follow(false));
  hear("tablet:pick", () => follow(false));
  hear("tablet:view", turn);
  turn(location.hash.slice(1) || "map");
}
