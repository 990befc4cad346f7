import { fromMap } from "../map/ground.js";

/**
 * Fills `[data-lon]` and `[data-lat]` with the place that is clicked on the page's map, and marks it there.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const [lon, lat] = ["lon", "lat"].map((name) => element.querySelector(`[data-${name}]`));
  if (!map?.on || !lon || !lat) return;
  let pin = null;
  map.on("click", ({ latlng }) => {
    if (!element.closest("details")?.open) return;
    const place = fromMap(latlng);
    lon.value = place.lon.toFixed(6);
    lat.value = place.lat.toFixed(6);
    pin?.remove();
    pin = L.circleMarker(latlng, { radius: 7, weight: 3, interactive: false }).addTo(map);
  });
}
