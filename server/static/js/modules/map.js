import { heat } from "../map/heat.js";
import { cells } from "../map/cells.js";
import { box, prepare } from "../map/ground.js";
import { points } from "../map/points.js";
import { hear, page, tell } from "../page.js";
import { dayBefore } from "../times.js";

/**
 * The desk's map: fills folium's layers and keeps them in step with the filters, the indicator and the view.
 *
 * Reads `page.view`, `page.filters`, `page.urls`, `page.chosen`. Hears `map:filter`, `map:view`, `map:go`,
 * `map:close`, `theme`; tells `map:choose` and what the layers tell.
 * Children: `[data-busy]` shown while loading, `[data-problem]` for the sentence of a refusal.
 * @param {HTMLElement} element around folium's map
 */
export function mount(element) {
  const map = window.map_main;
  const state = { view: page.view, filters: page.filters };
  const busy = element.querySelector("[data-busy]");
  const problem = element.querySelector("[data-problem]");
  prepare(map);
  const parts = {
    cells: cells(map, window.geo_json_cells),
    heat: heat(map, window.heat_map_heat),
    points: points(map, window.feature_group_points, window.marker_cluster_points),
  };

  async function load(isForced = false) {
    busy.hidden = false;
    problem.hidden = true;
    try {
      const asked = query(state);
      await Promise.all([parts.cells.load(isForced), parts.heat.load(asked), parts.points.load(asked)]);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      busy.hidden = true;
    }
  }

  function show(view) {
    state.view = view;
    map[view === "heat" ? "addLayer" : "removeLayer"](window.heat_map_heat);
    parts.cells.restyle(view === "open");
    tell("map:layers", { heat: view === "heat", cells: view === "open", points: map.hasLayer(window.feature_group_points) });
  }

  const soon = later(load);
  hear("map:filter", (filters) => { state.filters = filters; soon(); });
  hear("map:view", (view) => { show(view); soon(); });
  hear("map:close", () => parts.cells.choose(null));
  hear("theme", () => load(true));
  hear("map:go", (place) => go(map, parts, place));
  map.on("moveend", soon);
  map.on("overlayadd overlayremove", () => {
    const isHot = map.hasLayer(window.heat_map_heat);
    tell("map:layers", { heat: isHot, cells: state.view === "open", points: map.hasLayer(window.feature_group_points) });
    soon();
  });
  show(state.view);
  load().then(() => page.chosen && go(map, parts, page.chosen));
}

/** What the data are asked for: the filters, the period as a day, and only late ones where the view is about them. */
function query({ view, filters }) {
  const { days, ...rest } = filters;
  const since = days && days !== "all" ? dayBefore(Number(days)) : "";
  const isLate = view === "late" || view === "heat" || rest.overdue === "1";
  return { ...rest, days, since: isLate ? "" : since, overdue: isLate ? "1" : "" };
}

function go(map, parts, { bbox, code }) {
  map.fitBounds(box(bbox), { maxZoom: 17, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  const found = parts.cells.find(code);
  if (!found) return;
  parts.cells.choose(code);
  tell("map:choose", { kind: "cell", facts: found.feature.properties });
}

function later(work) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(() => work(), 120); };
}
