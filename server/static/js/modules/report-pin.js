import { getJson, latest } from "../api.js";
import { fromMap, prepare, toMap } from "../map/ground.js";
import { pointIcon } from "../map/marks.js";
import { token } from "../map/ramp.js";
import { hear, page, tell } from "../page.js";

const LEAST_ZOOM = 12;

/**
 * The pin of a report: set by a click, dragged, or written as degrees; tells `report:pinned`.
 *
 * Hears `report:place`, which moves the pin and leaves the degrees empty: the place itself is meant.
 * Children: folium's map, inputs named `lon` and `lat`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const [lon, lat] = ["lon", "lat"].map((name) => element.querySelector(`[name=${name}]`));
  const pin = L.marker([0, 0], { icon: pointIcon({ state: "handling", clock: "none" }, true), draggable: true, keyboard: false });
  const cells = window.geo_json_cells;
  prepare(map);
  cells.options.coordsToLatLng = ([x, y]) => toMap(x, y);

  function put(x, y, zoom = 0) {
    pin.setLatLng(toMap(x, y)).addTo(map);
    if (zoom) map.setView(toMap(x, y), Math.max(zoom, map.getZoom()), { animate: false });
  }

  function pinned(place) {
    const found = fromMap(place);
    lon.value = found.lon.toFixed(6);
    lat.value = found.lat.toFixed(6);
    tell("report:pinned", found);
  }

  function written() {
    const [x, y] = [Number(lon.value), Number(lat.value)];
    if (!lon.value || !lat.value || !Number.isFinite(x) || !Number.isFinite(y) || Math.abs(y) > 90) return;
    put(x, y, 16);
    tell("report:pinned", { lon: x, lat: y });
  }

  const draw = latest(async (signal) => {
    if (map.getZoom() < LEAST_ZOOM) return;
    const [low, high] = [map.getBounds().getSouthWest(), map.getBounds().getNorthEast()].map(fromMap);
    const found = await getJson(page.urls.cells, { zoom: map.getZoom(), bbox: [low.lon, low.lat, high.lon, high.lat].join(",") }, signal);
    cells.clearLayers().addData(found);
    cells.setStyle({ color: token("--ink-soft"), weight: 1, fillOpacity: 0.02, interactive: false });
  });

  const show = () => draw().catch(() => cells.clearLayers());
  map.on("click", (event) => { pin.setLatLng(event.latlng).addTo(map); pinned(event.latlng); });
  pin.on("dragend", () => pinned(pin.getLatLng()));
  map.on("moveend", show);
  for (const field of [lon, lat]) field.addEventListener("change", written);
  hear("report:place", (place) => { lon.value = ""; lat.value = ""; put(place.lon, place.lat, 17); });
  written();
  show();
}
