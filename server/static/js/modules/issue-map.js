import { prepare, toMap } from "../map/ground.js";
import { pointIcon } from "../map/marks.js";
import { getJson } from "../api.js";
import { page } from "../page.js";
import { token } from "../map/ramp.js";

/**
 * The small map of one issue: its point, the circle of its accuracy, the cells around.
 *
 * `data-lon`, `data-lat` WGS 84; `data-accuracy` metres or empty; `data-state`, `data-clock` codes.
 * @param {HTMLElement} element around folium's map
 */
export function mount(element) {
  const map = window.map_main;
  const { lon, lat, accuracy, state, clock } = element.dataset;
  const place = toMap(Number(lon), Number(lat));
  prepare(map);
  map.scrollWheelZoom.disable();
  map.setView(place, 16, { animate: false });
  if (accuracy) L.circle(place, { radius: Number(accuracy), color: token("--accent"), weight: 1, fillOpacity: 0.1, interactive: false }).addTo(map);
  L.marker(place, { icon: pointIcon({ state, clock }, true), interactive: false, keyboard: false }).addTo(map);
  const layer = window.geo_json_cells;
  layer.options.coordsToLatLng = ([x, y]) => toMap(x, y);
  const around = [Number(lon) - 0.01, Number(lat) - 0.01, Number(lon) + 0.01, Number(lat) + 0.01].join(",");
  getJson(page.urls.cells, { zoom: 17, bbox: around }).then((found) => {
    layer.addData(found);
    layer.eachLayer((one) => {
      const isHere = one.feature.properties.code === page.cell;
      one.setStyle({ color: token(isHere ? "--accent" : "--ink-soft"), weight: isHere ? 3 : 1, fillColor: token("--accent"), fillOpacity: isHere ? 0.12 : 0.02 });
      one.bindTooltip(() => named(one), { sticky: true, className: "cell-tip" });
    });
  }).catch(() => layer.remove());
}

function named(one) {
  const text = document.createElement("span");
  text.textContent = one.feature.properties.name;
  return text;
}
