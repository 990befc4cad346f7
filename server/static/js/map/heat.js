/** The heat layer: counts binned by the server for the visible area; its colours come from tokens.css. */

import { getJson, latest } from "../api.js";
import { page, tell } from "../page.js";
import { toMap, visible } from "./ground.js";
import { token } from "./ramp.js";

const FINER = 1; // zooms: the server's squares are 48 pixels wide, a smooth layer wants half of that
const EARTH_M = 40075016.686; // equator of the web Mercator sphere, m

/**
 * Fill folium's empty heat layer.
 * @param {L.Map} map
 * @param {L.HeatLayer} layer folium's `heat_map_heat`
 * @returns {{load: Function}}
 */
export function heat(map, layer) {
  const load = latest(async (signal, { days, category, source }) => {
    if (!map.hasLayer(layer)) return;
    const query = { bbox: visible(map), zoom: map.getZoom() + FINER, days: days || "all", category: category || "", source: source || "" };
    const found = await getJson(page.urls.heat, query, signal);
    layer.setOptions({ ...sizes(map, found.cell_m), gradient: gradient() });
    layer.setLatLngs(found.points.map(([lat, lon, count]) => {
      const place = toMap(lon, lat);
      return [place.lat, place.lng, count];
    }));
    tell("map:heat", { most: found.max, total: found.total, cell_m: found.cell_m, breaks: found.breaks });
  });
  return { load };
}

/** A bin is drawn a little wider than it is, so that neighbours join. */
function sizes(map, cell_m) {
  const { lat } = map.getCenter();
  const metres = EARTH_M * Math.cos(lat * Math.PI / 180) / 2 ** (map.getZoom() + 8);
  const across = Math.max(10, Math.min(60, cell_m / metres));
  return { radius: across, blur: across };
}

function gradient() {
  return { 0.1: token("--heat-0"), 0.55: token("--heat-1"), 1: token("--heat-2") };
}
