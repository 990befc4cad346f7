/** Outlines of hot spots, thicker the higher they score, with their score below their names; those that fade are broken lines. */

import { getJson, latest } from "../api.js";
import { page, say } from "../page.js";
import { toMap } from "./ground.js";
import { token } from "./ramp.js";

const HIGH = 4; // a score from which on an outline is thick

/**
 * Draw hot spots.
 * @param {L.Map} map
 * @param {Function} choose told of the hot spot that was clicked
 * @returns {{load: Function, clear: Function, restyle: Function, find: Function}}
 */
export function hotspots(map, choose) {
  const layer = L.geoJSON(null, { style, onEachFeature: dress, coordsToLatLng: ([lon, lat]) => toMap(lon, lat) });
  const labels = L.layerGroup();

  function style({ properties: spot }) {
    const isFading = spot.course.code === "fading";
    return {
      color: token(isFading ? "--good" : "--heat-2"), weight: spot.z >= HIGH ? 4 : 2.5, dashArray: isFading ? "6 5" : null,
      fillColor: token("--heat-1"), fillOpacity: isFading ? 0.08 : 0.22,
    };
  }

  function dress({ properties: spot }, one) {
    one.bindTooltip(() => words(spot.sentence), { sticky: true, className: "cell-tip hot-tip", direction: "top", opacity: 1 });
    one.on("click", (event) => { L.DomEvent.stop(event); choose(spot, one.getBounds()); });
  }

  /** Ask, and draw those of the categories given; of all if none is. */
  const load = latest(async (signal, asked, only = []) => {
    const told = await getJson(page.urls.hotspots, asked, signal);
    if (only.length) told.items = told.items.filter((spot) => only.includes(spot.category.code));
    clear();
    layer.addData({ type: "FeatureCollection", features: told.items.toReversed().map((spot) => ({ type: "Feature", geometry: spot.geometry, properties: spot })) });
    layer.addTo(map);
    layer.eachLayer((one) => labels.addLayer(label(one)));
    labels.addTo(map);
    return told;
  });

  function clear() {
    layer.clearLayers().remove();
    labels.clearLayers().remove();
  }

  const find = (key, category) => layer.getLayers().find((one) => one.feature.properties.key === key && one.feature.properties.category.code === category);
  return { load, clear, find, restyle: () => layer.setStyle(style) };
}

function label(one) {
  const icon = L.divIcon({ className: "cell-label hot-label", html: words(say("score", { z: one.feature.properties.z.toFixed(1) })), iconSize: [0, 0], iconAnchor: [0, -20] });
  return L.marker(one.getBounds().getCenter(), { icon, pane: "names", interactive: false, keyboard: false });
}

/** Bars of the issues by week, oldest first. */
export function weekly(counts) {
  const [most, high] = [Math.max(1, ...counts), 48];
  const make = (name, given) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    return made;
  };
  const whole = make("svg", { class: "hot-bars", viewBox: `0 0 ${counts.length * 10} ${high + 1}`, preserveAspectRatio: "none", role: "img", "aria-label": counts.join(" ") });
  whole.append(...counts.map((count, place) => make("rect", { x: place * 10, y: high - high * count / most, width: 8, height: 1 + high * count / most })));
  return whole;
}

function words(said) {
  const text = document.createElement("span");
  text.textContent = said;
  return text;
}
