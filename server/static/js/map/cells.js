/** The layer of cells: coloured by open issues, code and name on hover, facts on a click. */

import { getJson, latest } from "../api.js";
import { page, tell } from "../page.js";
import { toMap } from "./ground.js";
import { edges, rank, shade, token } from "./ramp.js";

const LEVELS = [11, 13, 15, 17];
const LABELS_FROM = 15;
const MOST_LABELS = 60;

/**
 * Fill folium's empty layer of cells.
 * @param {L.Map} map
 * @param {L.GeoJSON} layer folium's `geo_json_cells`
 * @returns {{load: Function, restyle: Function, choose: Function, find: Function}}
 */
export function cells(map, layer) {
  const casing = L.geoJSON(null, { interactive: false, coordsToLatLng });
  const labels = L.layerGroup().addTo(map);
  map.createPane("names").classList.add("map-names");
  let [level, lows, chosen, isFilled] = [null, [], null, true];
  layer.options.coordsToLatLng = coordsToLatLng;
  layer.on("add", () => { casing.addTo(map).bringToBack(); relabel(); });
  layer.on("remove", () => { casing.remove(); labels.clearLayers(); });
  if (map.hasLayer(layer)) casing.addTo(map);

  function style(feature) {
    const isChosen = feature.properties.code === chosen;
    const place = rank(feature.properties.open, lows);
    return {
      color: token(isChosen ? "--accent" : "--ink-soft"), weight: isChosen ? 3 : 1, opacity: isChosen ? 1 : 0.6,
      fillColor: shade(place, lows), fillOpacity: isFilled ? opacity(place) : 0,
    };
  }

  function opacity(place) {
    if (map.getZoom() >= LABELS_FROM) return place ? 0.34 : 0.1;
    return place ? 0.6 : 0.35;
  }

  function dress(one) {
    const { code, name } = one.feature.properties;
    one.bindTooltip(() => tip(code, name), { sticky: true, className: "cell-tip", direction: "top", opacity: 1 });
    one.on("click", (event) => { L.DomEvent.stop(event); choose(code); tell("map:choose", { kind: "cell", facts: one.feature.properties }); });
  }

  function restyle(filled = isFilled) {
    isFilled = filled;
    casing.setStyle({ color: token("--surface"), weight: map.getZoom() < 12 ? 2.5 : 4, opacity: 0.9, fill: false }).bringToBack();
    layer.setStyle(style);
    layer.eachLayer((one) => { if (one.feature.properties.code === chosen) one.bringToFront(); });
  }

  const load = latest(async (signal, isForced = false) => {
    const wanted = LEVELS.find((one) => one >= map.getZoom()) ?? LEVELS.at(-1);
    if (wanted === level && !isForced) return;
    const found = await getJson(page.urls.cells, { zoom: wanted }, signal);
    level = wanted;
    lows = edges(found.features.map((feature) => feature.properties.open));
    layer.clearLayers().addData(found);
    casing.clearLayers().addData(found);
    layer.eachLayer(dress);
    restyle();
    relabel();
    tell("map:cells", { lows, colours: lows.map((_, place) => shade(place + 1, lows)), none: shade(0, lows), ...totals(found) });
  });

  function relabel() {
    labels.clearLayers();
    if (map.getZoom() < LABELS_FROM || !map.hasLayer(layer)) return;
    const inView = layer.getLayers().filter((one) => map.getBounds().contains(one.getBounds().getCenter()));
    for (const one of inView.slice(0, MOST_LABELS)) labels.addLayer(label(one));
  }

  function choose(code) {
    chosen = code;
    restyle();
  }

  const find = (code) => layer.getLayers().find((one) => one.feature.properties.code === code);
  map.on("moveend", relabel);
  map.on("zoomend", () => restyle());
  return { load, restyle, choose, find };
}

function coordsToLatLng([lon, lat]) {
  return toMap(lon, lat);
}

function tip(code, name) {
  const [whole, strong] = [document.createElement("div"), document.createElement("b")];
  strong.textContent = name;
  whole.append(strong, code);
  return whole;
}

function label(one) {
  const text = document.createElement("span");
  text.textContent = shortName(one.feature.properties);
  const icon = L.divIcon({ className: "cell-label", html: text, iconSize: [0, 0] });
  return L.marker(one.getBounds().getCenter(), { icon, pane: "names", interactive: false, keyboard: false });
}

/** The community's name is on the ground already: 「文峰社区第八网格」 is labelled 「第八网格」. */
function shortName({ name, community }) {
  return community && name.startsWith(community) && name !== community ? name.slice(community.length) : name;
}

function totals(found) {
  const sum = (name) => found.features.reduce((whole, feature) => whole + (feature.properties[name] || 0), 0);
  return { open: sum("open"), overdue: sum("overdue") };
}
