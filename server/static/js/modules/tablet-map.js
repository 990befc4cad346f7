import { getJson } from "../api.js";
import { box, fromMap, prepare, toMap } from "../map/ground.js";
import { dressCluster, meIcon, pointIcon } from "../map/marks.js";
import { token } from "../map/ramp.js";
import { hear, page, say, tell } from "../page.js";

/**
 * The worker's map: the own cells, the own open issues, where the device is, and picking a place by its centre.
 *
 * Reads `page.cells` (codes) and `page.bounds`. Hears `tablet:issues`, `tablet:look`, `tablet:pick`, `theme`;
 * tells `tablet:open` and `tablet:picked`.
 * Children: `[data-here]`, `[data-cross]`, `[data-pick]`, `[data-pick-here]`, `[data-problem]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const cluster = window.marker_cluster_points;
  const part = (name) => element.querySelector(`[data-${name}]`);
  let me = null;
  prepare(map);
  dressCluster(cluster);
  map.fitBounds(box(page.bounds), { animate: false, padding: [16, 16] });
  drawCells(window.geo_json_cells).catch((error) => {
    part("problem").textContent = error.message;
    part("problem").hidden = false;
  });

  function pick(isOn) {
    part("cross").hidden = !isOn;
    part("pick").hidden = !isOn;
  }

  function look(lon, lat) {
    location.hash = "#map";
    map.setView(toMap(lon, lat), 18);
  }

  hear("tablet:issues", (issues) => {
    cluster.clearLayers();
    cluster.addLayers(issues.filter((issue) => issue.lon !== null).map(mark));
  });
  hear("tablet:look", ({ lon, lat }) => look(lon, lat));
  hear("tablet:pick", () => { location.hash = "#map"; pick(true); });
  part("pick-here").addEventListener("click", () => {
    pick(false);
    tell("tablet:picked", fromMap(map.getCenter()));
    location.hash = "#report";
  });
  part("here").addEventListener("click", () => navigator.geolocation?.getCurrentPosition(({ coords }) => {
    me?.remove();
    const place = toMap(coords.longitude, coords.latitude);
    me = L.layerGroup([
      L.circle(place, { radius: coords.accuracy, weight: 1, color: "#1c7ed6", fillOpacity: 0.12, interactive: false }),
      L.marker(place, { icon: meIcon(), interactive: false, keyboard: false }),
    ]).addTo(map);
    map.setView(place, Math.max(map.getZoom(), 17));
  }, (error) => {
    part("problem").textContent = say(`position_${error.code}`);
    part("problem").hidden = false;
  }, { enableHighAccuracy: true, timeout: 15000 }));
}

async function drawCells(layer) {
  layer.options.coordsToLatLng = ([lon, lat]) => toMap(lon, lat);
  const asked = page.cells.map((area) => getJson(page.urls.cells, { zoom: 17, area }));
  for (const found of await Promise.all(asked)) layer.addData(found);
  layer.setStyle({ color: token("--accent"), weight: 3, fillColor: token("--accent"), fillOpacity: 0.08 });
  layer.eachLayer((one) => { one.options.interactive = false; one.getElement()?.classList.remove("leaflet-interactive"); });
}

function mark(issue) {
  const properties = { state: issue.state.code, clock: issue.clock };
  const one = L.marker(toMap(issue.lon, issue.lat), { icon: pointIcon(properties, true), alt: say("issue", { number: issue.number }) });
  return one.on("click", () => { location.hash = "#tasks"; tell("tablet:open", issue.number); });
}
