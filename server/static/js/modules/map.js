import { cells } from "../map/cells.js";
import { box, fromMap, prepare, toMap, visible } from "../map/ground.js";
import { heat } from "../map/heat.js";
import { points } from "../map/points.js";
import { edges } from "../map/spans.js";
import { asked, keep, later } from "../map/state.js";
import { hear, page, tell } from "../page.js";

const WITH_POINTS = ["heat", "open", "late"];
const SWITCHED = 40; // ms, a switch or a filter; a map that moves waits longer
const MOVED = 160;

/**
 * The desk's map: fills folium's layers and keeps them in step with the view, the filters, the time and the place.
 *
 * Mounted last. Hears `map:view`, `map:filter`, `map:settings`, `map:time`, `map:next`, `map:compare`, `map:swipe`,
 * `map:fresh`, `map:again`, `map:go`, `map:close`, `theme`; tells `map:view` first of all, then what the layers tell,
 * `map:layers`, `map:busy`, `map:problem`, `map:watch`.
 * @param {HTMLElement} element takes no part
 */
export function mount(element) {
  const map = window.map_main;
  const state = { view: page.view, filters: {}, settings: {}, time: null, compare: { kind: "off" } };
  prepare(map);
  const parts = {
    cells: cells(map, window.geo_json_cells),
    heat: heat(map, window.feature_group_heat),
    points: points(map, window.feature_group_points, window.marker_cluster_points),
  };
  element.remove();

  let shown = "";

  async function load(isForced = false) {
    shown = visible(map);
    tell("map:busy", 1);
    try {
      await Promise.all([parts.heat.load(state), parts.cells.load(isForced), parts.points.load(marked(state))]);
      tell("map:problem", "");
      tell("map:watch", state.view === "heat" ? parts.heat.address() : parts.points.address());
    } catch (error) {
      tell("map:problem", error.message);
    } finally {
      tell("map:busy", -1);
    }
  }

  const soon = later(load, SWITCHED);
  const layers = () => tell("map:layers", {
    heat: map.hasLayer(window.feature_group_heat), cells: state.view === "open", late: state.view !== "open",
    points: map.hasLayer(window.feature_group_points),
  });
  const part = (name) => (value) => { state[name] = value; soon(); };

  function show(view) {
    state.view = view;
    keep({ view });
    map[view === "heat" ? "addLayer" : "removeLayer"](window.feature_group_heat);
    map[WITH_POINTS.includes(view) ? "addLayer" : "removeLayer"](window.feature_group_points);
    parts.cells.restyle(view === "open");
    layers();
    soon();
  }

  hear("map:view", show);
  for (const name of ["filter", "settings", "time", "compare"]) hear(`map:${name}`, part(name === "filter" ? "filters" : name));
  hear("map:next", (span) => parts.heat.warm(state, span));
  hear("map:swipe", (share) => parts.heat.clip(share));
  hear("map:fresh", () => { parts.heat.forget(); load(true); });
  hear("map:again", () => load(true));
  hear("map:close", () => parts.cells.choose(null));
  hear("theme", () => load(true));
  hear("map:go", (place) => go(map, parts, place));
  map.on("moveend", later(() => { if (visible(map) !== shown) load(); }, MOVED)); // the end of folium's first zoom moves nothing
  map.on("moveend", later(() => keep({ at: place(map) }), 400));
  map.on("overlayadd overlayremove", () => { layers(); soon(); });
  begin(map);
  tell("map:view", state.view);
  if (page.chosen && !asked("at")) go(map, parts, page.chosen);
}

/** What the points are asked for: only late ones, whenever reported, where the view is about them. */
function marked({ view, filters }) {
  const { days, period, since, until, ...rest } = filters;
  const isLate = view !== "open" || rest.overdue === "1";
  return isLate ? { ...rest, state: "", overdue: "1" } : { state: "open", ...rest, ...edges(filters) };
}

function place(map) {
  const { lon, lat } = fromMap(map.getCenter());
  return `${lon.toFixed(5)},${lat.toFixed(5)},${map.getZoom()}`;
}

/** Go where the address says. */
function begin(map) {
  const [lon, lat, zoom] = asked("at").split(",").map(Number);
  if ([lon, lat, zoom].every(Number.isFinite) && Math.abs(lon) <= 180 && Math.abs(lat) < 85) map.setView(toMap(lon, lat), Math.max(3, Math.min(19, zoom)), { animate: false });
}

async function go(map, parts, { bbox, code }) {
  map.fitBounds(box(bbox), { maxZoom: 17, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  await parts.cells.load();
  const found = parts.cells.find(code);
  if (!found) return;
  parts.cells.choose(code);
  tell("map:choose", { kind: "cell", facts: found.feature.properties });
}
