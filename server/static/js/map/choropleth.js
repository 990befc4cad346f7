/** Areas coloured by an indicator; those without a number are hatched, for missing is not zero. */

import { getJson, latest } from "../api.js";
import { page, say } from "../page.js";
import { toMap } from "./ground.js";
import { shade, token } from "./ramp.js";

const ZOOMS = [9, 11, 13, 15, 17];
const HATCH = "url(#missing-hatch)";

/**
 * Draw the areas of a level.
 * @param {L.Map} map
 * @param {Function} choose told `(code, area, answer, bounds)` of the area that was clicked
 * @returns {{load: Function, clear: Function, restyle: Function}}
 */
export function choropleth(map, choose) {
  const layer = L.geoJSON(null, { style, onEachFeature: dress, coordsToLatLng: ([lon, lat]) => toMap(lon, lat) });
  let [told, drawn] = [null, ""];
  map.getContainer().append(hatching());
  const of = (feature) => told?.values[feature.properties.code];

  function style(feature) {
    const area = of(feature);
    const isMissing = !area || area.class === null;
    return {
      color: token("--surface"), weight: 1.5, opacity: 1, fillOpacity: isMissing ? 1 : 0.72,
      fillColor: isMissing ? HATCH : shade(area.class + 1, told.legend),
    };
  }

  function dress(feature, one) {
    one.bindTooltip(() => tip(feature.properties.name, of(feature)), { sticky: true, className: "cell-tip", direction: "top", opacity: 1 });
    one.on("mouseover", () => one.setStyle({ color: token("--ink"), weight: 2.5 }).bringToFront());
    one.on("mouseout", () => one.setStyle(style(feature)));
    one.on("click", (event) => {
      L.DomEvent.stop(event);
      if (of(feature)) choose(feature.properties.code, of(feature), told, one.getBounds());
    });
  }

  const load = latest(async (signal, asked) => {
    const zoom = ZOOMS.find((step) => step >= map.getZoom()) ?? ZOOMS.at(-1);
    const wanted = { level: asked.level, area: asked.area ?? "", zoom };
    const key = JSON.stringify(wanted);
    const [answer, outlines] = await Promise.all([
      getJson(page.urls.choropleth, asked, signal),
      key === drawn ? null : getJson(page.urls.areas, wanted, signal),
    ]);
    told = answer;
    if (outlines) layer.clearLayers().addData(outlines);
    drawn = key;
    layer.setStyle(style).addTo(map);
    return answer;
  });

  return { load, clear: () => layer.remove(), restyle: () => layer.setStyle(style) };
}

/** Rows of the legend; areas without a number come last. */
export function legend(told, missing) {
  const rows = told.legend.map((part, place) => ({ colour: shade(place + 1, told.legend), label: part.label }));
  if (told.missing) rows.push({ hatched: true, label: missing });
  return { part: "choropleth", title: told.name, unit: told.unit_name, rows };
}

/** The pattern of areas without a number; it must not lie in what is hidden. */
function hatching() {
  const make = (name, given, ...inner) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    made.append(...inner);
    return made;
  };
  const line = make("line", { x1: 0, y1: 0, x2: 0, y2: 6 });
  const size = { width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const pattern = make("pattern", { id: "missing-hatch", ...size }, line);
  return make("svg", { class: "hatch", width: 0, height: 0, "aria-hidden": "true" }, pattern);
}

function tip(name, area) {
  const [whole, strong] = [document.createElement("div"), document.createElement("b")];
  strong.textContent = name;
  whole.append(strong, area?.label ?? say("nothing"));
  return whole;
}
