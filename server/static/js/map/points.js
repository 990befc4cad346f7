/** The layer of issues: clusters of the server below zoom 15, single points above, for the visible area only. */

import { addressOf, getJson, latest } from "../api.js";
import { page, say, tell } from "../page.js";
import { toMap, visible } from "./ground.js";
import { bunchIcon, dressCluster, pointIcon } from "./marks.js";

const SINGLE_FROM = 15;

/**
 * Fill folium's empty group of issues.
 * @param {L.Map} map
 * @param {L.FeatureGroup} group folium's `feature_group_points`
 * @param {L.MarkerClusterGroup} cluster folium's `marker_cluster_points`, inside the group
 * @returns {{load: Function, address: Function}}
 */
export function points(map, group, cluster) {
  const bunches = L.layerGroup().addTo(group);
  let [isLate, address] = [false, ""];
  dressCluster(cluster, () => isLate);

  const load = latest(async (signal, filters) => {
    if (!map.hasLayer(group)) return;
    isLate = filters.overdue === "1";
    const query = { ...filters, bbox: visible(map), zoom: map.getZoom() };
    const found = await getJson(page.urls.clusters, query, signal);
    address = addressOf(page.urls.clusters, query);
    cluster.clearLayers();
    bunches.clearLayers();
    const marks = found.features.map((feature) => mark(map, feature, isLate));
    if (map.getZoom() >= SINGLE_FROM) cluster.addLayers(marks);
    else marks.forEach((one) => bunches.addLayer(one));
    tell("map:points", { count: found.features.reduce((sum, feature) => sum + feature.properties.count, 0) });
  });

  return { load, address: () => address };
}

function mark(map, feature, isLate) {
  const [lon, lat] = feature.geometry.coordinates;
  const facts = feature.properties;
  const place = toMap(lon, lat);
  if (!facts.number) {
    const bunch = L.marker(place, { icon: bunchIcon(facts.count, isLate), alt: say("bunch", { n: facts.count }) });
    return bunch.on("click", () => map.setView(place, Math.min(map.getZoom() + 2, map.getMaxZoom())));
  }
  const one = L.marker(place, { icon: pointIcon(facts), alt: say("issue", { number: facts.number }) });
  return one.on("click", () => tell("map:choose", { kind: "issue", number: facts.number }));
}
