import { hear, say } from "../page.js";
import { stamp } from "../stamp.js";

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 2 });
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });

/**
 * The legend: numbers and units of what is drawn; hears `map:cells`, `map:heat`, `map:legend`, `map:layers`, `map:view`.
 *
 * Parts are `[data-part=cells|heat|own|points]`; their rows come from the `<template>`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const template = element.querySelector("template");
  let [view, own, layers] = ["", {}, {}];

  function row({ colour, label, hatched, icon }) {
    const made = stamp(template, { range: label });
    const swatch = made.firstElementChild;
    swatch.style.background = colour || "";
    swatch.classList.toggle("hatched", Boolean(hatched));
    if (icon) swatch.dataset.icon = icon;
    return made;
  }

  const fill = (name, rows) => part(name).querySelector("[data-rows]").replaceChildren(...rows.map(row));

  hear("map:cells", ({ lows, colours, none }) => {
    const ranges = lows.map((low, place) => {
      const last = place + 1 < lows.length ? lows[place + 1] - 1 : null;
      if (last === null) return say("and_more", { low });
      return last === low ? String(low) : `${low}–${last}`;
    });
    fill("cells", [{ colour: none, label: "0" }, ...ranges.map((label, place) => ({ colour: colours[place], label }))]);
  });

  hear("map:heat", ({ rows, mode, radius_m, total, than, least, isSigned }) => {
    const heat = part("heat");
    heat.querySelector("[data-title]").textContent = say(isSigned ? "difference" : "heat");
    heat.querySelector("[data-unit]").textContent = say(`unit_${mode}`, { metres: radius_m });
    const said = { total: whole.format(total), than: whole.format(than ?? 0), metres: radius_m };
    const foot = [say(than === null ? "heat_total" : "heat_totals", said), ...(least ? [say("held_back", { n: least })] : [])];
    heat.querySelector("[data-foot]").textContent = foot.join(" ");
    fill("heat", rows.map(({ low, high, colour }) => ({ colour, label: isSigned ? apart(low, high) : range(low, high) })));
  });

  hear("map:legend", (told) => {
    own = { ...own, [told.part]: told };
    draw();
  });

  function draw() {
    const told = own[view];
    part("own").hidden = !told;
    element.hidden = !told && !layers.cells && !layers.heat && !layers.points;
    if (!told) return;
    element.hidden = false;
    part("own").querySelector("[data-title]").textContent = told.title;
    part("own").querySelector("[data-unit]").textContent = told.unit || "";
    fill("own", told.rows);
  }

  hear("map:view", (shown) => { view = shown; draw(); });
  hear("map:layers", (shown) => {
    layers = shown;
    for (const name of ["cells", "heat", "points"]) part(name).hidden = !shown[name];
    for (const one of part("points").querySelectorAll("[data-all]")) one.toggleAttribute("hidden", Boolean(shown.late));
    draw();
  });
}

/** A class of a difference in words: signs beside a dash are read as dashes. */
function apart(low, high) {
  if (low < 0 && high > 0) return say("alike", { high: number.format(high) });
  return low < 0 ? say("fewer", { range: range(-high, -low) }) : say("more", { range: range(low, high) });
}

const range = (low, high) => `${number.format(low)} – ${number.format(high)}`;
