import { hotspots, weekly } from "../map/hotspots.js";
import { token } from "../map/ramp.js";
import { asked, keep, later } from "../map/state.js";
import { hear, page, say, tell } from "../page.js";
import { stamp } from "../stamp.js";

const VIEW = "hotspots";

/**
 * The panel of the hot spots: over which units, how many weeks, by category or all together.
 *
 * Fields `hot_units hot_weeks hot_all`; `[data-said]` how many there are or why none, a `<template>` is what the drawer shows, `[data-word]` its words. Of the map's filters the area and the categories
 * count: hot spots have weeks of their own. Hears `map:view`, `map:filter`, `map:again`, `theme`;
 * tells `map:legend`, `map:choose`, `map:list`, `map:busy`, `map:problem`.
 * @param {HTMLFieldSetElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const layer = hotspots(map, choose);
  const word = (name, n = "") => element.querySelector(`[data-word=${name}]`).textContent.replace("{n}", n);
  const value = (name) => element.querySelector(`[name=${name}]:checked`)?.value ?? "";
  let [view, filters, wanted] = ["", {}, asked("hot_key")];

  for (const name of ["hot_units", "hot_weeks"]) {
    const radio = element.querySelector(`[name=${name}][value="${CSS.escape(asked(name))}"]`);
    if (radio) radio.checked = true;
  }
  element.querySelector("[name=hot_all]").checked = asked("hot_category") === "all";

  const ticked = () => (filters.category ?? "").split(",").filter(Boolean);

  function query() {
    const category = value("hot_all") || (ticked().length === 1 ? ticked()[0] : "") || (wanted ? asked("hot_category") : "");
    return { units: value("hot_units"), weeks: value("hot_weeks"), category, area: filters.area ?? "" };
  }

  const load = later(async () => {
    const told = query();
    const shown = { hot_units: told.units, hot_weeks: told.weeks, hot_category: told.category };
    keep(view === VIEW ? shown : { hot_units: "", hot_weeks: "", hot_category: "", hot_key: "", hot_of: "" });
    if (view !== VIEW) return;
    const listed = Object.entries(told).filter(([, one]) => one);
    tell("map:list", `/hotspots?${new URLSearchParams(listed)}`);
    tell("map:busy", 1);
    try {
      const found = await layer.load(told, told.category ? [] : ticked());
      if (found) show(found);
      tell("map:problem", "");
    } catch (error) {
      tell("map:problem", error.message);
    } finally {
      tell("map:busy", -1);
    }
  }, 40);

  function show(found) {
    if (view !== VIEW) { layer.clear(); return; }
    const count = found.items.length;
    element.querySelector("[data-said]").textContent = found.short?.detail ?? (count ? word("some", count) : word("none"));
    const rows = [{ colour: token("--heat-1"), label: word("hot") }, { colour: token("--good"), label: word("fading") }];
    tell("map:legend", { part: VIEW, title: word("title"), unit: word("unit"), rows });
    const chosen = wanted && layer.find(wanted, asked("hot_of"));
    wanted = "";
    if (chosen) choose(chosen.feature.properties, chosen.getBounds());
  }

  function choose(spot, bounds) {
    const named = { units: value("hot_units"), weeks: value("hot_weeks"), key: spot.key, of: spot.category.code };
    const node = stamp(element.querySelector("template"), {
      sentence: spot.sentence, course: spot.course.name, z: spot.z.toFixed(1), counts: say("last_week", { n: spot.counts.at(-1), weeks: spot.counts.length, total: spot.counts.reduce((sum, one) => sum + one, 0) }),
      issues: `${page.urls.list}?${new URLSearchParams(spot.query)}`,
      inspect: `/hotspots/inspect?${new URLSearchParams(named)}`,
    });
    node.querySelector("[data-weeks] figcaption").after(weekly(spot.counts));
    node.querySelector("[data-issues]").textContent = word("issues", spot.count);
    node.querySelector("[data-inspect]").hidden = !spot.may_inspect;
    map.fitBounds(bounds.pad(0.6), { maxZoom: 16, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
    tell("map:choose", { kind: "own", title: spot.cell.name, code: spot.cell.code, node });
  }

  element.addEventListener("change", (event) => { event.stopPropagation(); load(); });
  hear("map:filter", (chosen) => { filters = chosen; load(); });
  hear("map:view", (shown) => {
    view = shown;
    element.hidden = view !== VIEW;
    if (view !== VIEW) layer.clear();
    load();
  });
  hear("map:again", load);
  hear("theme", () => layer.restyle());
}
