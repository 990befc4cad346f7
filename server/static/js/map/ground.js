/** What lies under the cells, and the way between WGS 84 and the datum it is drawn in. */

import { hear, page, say } from "../page.js";
import { gcj02ToWgs84, wgs84ToGcj02 } from "./datum.js";
import { paint } from "./paint.js";

const isShifted = page.basemap?.crs === "gcj02";

/** Where a WGS 84 point stands on the map: `[lat, lon]` for Leaflet. */
export function toMap(lon, lat) {
  const [x, y] = isShifted ? wgs84ToGcj02(lon, lat) : [lon, lat];
  return L.latLng(y, x);
}

/** The WGS 84 point under a place on the map. */
export function fromMap({ lat, lng }) {
  const [lon, north] = isShifted ? gcj02ToWgs84(lng, lat) : [lng, lat];
  return { lon, lat: north };
}

/** The visible area, a tenth wider, as `w,s,e,n` in WGS 84. */
export function visible(map) {
  const wide = map.getBounds().pad(0.1);
  const low = fromMap(wide.getSouthWest());
  const high = fromMap(wide.getNorthEast());
  return [low.lon, low.lat, high.lon, high.lat].map((value) => value.toFixed(5)).join(",");
}

/** Bounds for Leaflet of a WGS 84 box `[w, s, e, n]`. */
export function box([west, south, east, north]) {
  return L.latLngBounds(toMap(west, south), toMap(east, north));
}

/** Make folium's map ours: words on its buttons, no advertisement, the vector basemap if there is one. */
export function prepare(map) {
  map.attributionControl.setPrefix(false);
  name(map, ".leaflet-control-zoom-in", "zoom_in");
  name(map, ".leaflet-control-zoom-out", "zoom_out");
  name(map, ".leaflet-control-layers-toggle", "layers");
  if (page.basemap?.vector) vector(map, page.basemap);
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
}

function name(map, selector, word) {
  const button = map.getContainer().querySelector(selector);
  if (!button) return;
  button.title = say(word);
  button.setAttribute("aria-label", say(word));
}

function vector(map, basemap) {
  let layer = null;
  const draw = () => {
    layer?.remove();
    const isDark = document.documentElement.dataset.bsTheme === "dark";
    layer = protomapsL.leafletLayer({
      url: basemap.vector, maxDataZoom: basemap.most_zoom, attribution: basemap.attribution || "", ...paint(isDark),
    });
    layer.addTo(map);
    layer.bringToBack();
  };
  draw();
  hear("theme", draw);
}
