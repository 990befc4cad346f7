import { choropleth, legend } from "../map/choropleth.js";
import { asked, keep, later } from "../map/state.js";
import { hear, page, tell } from "../page.js";
import { stamp } from "../stamp.js";

const VIEW = "choropleth";
const KEPT = ["indicator", "level", "method", "classes", "bounds"];
const PASSED = ["area", "category", "source", "days", "period", "since", "until"];

/**
 * The panel of the coloured areas: which indicator, which level, which classes; a click goes down the tree.
 *
 * Fields `indicator level method classes bounds`, `[data-up]`, a `<template>` for the drawer, `[data-word=missing]`.
 * Hears `map:view`, `map:filter`, `map:again`, `map:fresh`, `theme`; tells `map:legend`, `map:choose`, `map:area`, `map:busy`,
 * `map:problem`.
 * @param {HTMLFieldSetElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const layer = choropleth(map, choose);
  const field = (name) => element.querySelector(`[name=${name}]:checked, select[name=${name}], input[name=${name}]:not([type=radio])`);
  const missing = element.querySelector("[data-word=missing]").textContent;
  const trail = [];
  let [view, filters] = ["", {}];

  for (const name of KEPT) {
    if (!asked(name)) continue;
    const radio = element.querySelector(`input[type=radio][name=${name}][value="${CSS.escape(asked(name))}"]`);
    if (radio) radio.checked = true;
    else if (field(name) && field(name).type !== "radio") field(name).value = asked(name);
  }

  function query() {
    const isFixed = field("method").value === "fixed";
    const chosen = Object.fromEntries(KEPT.map((name) => [name, field(name).value]));
    const passed = Object.fromEntries(PASSED.filter((name) => filters[name]).map((name) => [name, filters[name]]));
    return { ...passed, ...chosen, bounds: isFixed ? chosen.bounds : "" };
  }

  const load = later(async () => {
    const wanted = query();
    const isFixed = wanted.method === "fixed";
    element.querySelector("[name=bounds]").hidden = !isFixed;
    keep(Object.fromEntries(KEPT.map((name) => [name, view === VIEW ? wanted[name] : ""])));
    if (view !== VIEW || (isFixed && !wanted.bounds)) return;
    tell("map:busy", 1);
    try {
      const told = await layer.load(wanted);
      if (told && view === VIEW) tell("map:legend", legend(told, missing));
      if (view !== VIEW) layer.clear();
      tell("map:problem", "");
    } catch (error) {
      tell("map:problem", error.message);
    } finally {
      tell("map:busy", -1);
    }
  }, 40);

  function choose(code, area, told, bounds) {
    const listOf = (url, query) => `${url}?${new URLSearchParams(query)}`;
    const node = stamp(element.querySelector("template"), {
      indicator: told.name, label: area.label, counted: area.counted, households: area.households,
      issues: listOf(page.urls.list, area.query), visits: listOf(page.urls.visited, area.visits),
    });
    for (const [name, query] of Object.entries({ issues: area.query, visits: area.visits })) {
      node.querySelector(`[data-slot-href=${name}]`).hidden = !Object.keys(query).length;
    }
    for (const one of node.querySelectorAll("[data-issues]")) one.hidden = told.unit === "visits";
    const down = node.querySelector("[data-drill]");
    down.hidden = !told.drill;
    down.addEventListener("click", () => drill(code, told, bounds));
    tell("map:choose", { kind: "own", title: area.name, code, node });
  }

  function drill(code, told, bounds) {
    trail.push({ level: told.level, area: filters.area ?? "", bounds: map.getBounds() });
    go(told.drill, code, bounds);
  }

  function go(level, area, bounds) {
    element.querySelector(`[name=level][value=${level}]`).checked = true;
    element.querySelector("[data-up]").hidden = !trail.length;
    map.fitBounds(bounds, { animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
    tell("map:area", area);
  }

  element.querySelector("[data-up]").addEventListener("click", () => {
    const { level, area, bounds } = trail.pop();
    go(level, area, bounds);
  });
  element.addEventListener("change", load);
  hear("map:filter", (chosen) => { filters = chosen; load(); });
  hear("map:view", (shown) => {
    view = shown;
    element.hidden = view !== VIEW;
    if (view !== VIEW) layer.clear();
    load();
  });
  for (const name of ["map:again", "map:fresh", "theme"]) hear(name, load);
  map.on("zoomend", load);
}
