import { hear, say } from "../page.js";
import { stamp } from "../stamp.js";

/**
 * The legend: numbers and units of what is drawn; hears `map:cells`, `map:heat`, `map:layers`.
 *
 * Parts are `[data-part=cells|heat|points]`; rows of the cells come from its `<template>`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-part=${name}]`);
  const template = element.querySelector("template");

  function row(colour, range) {
    const made = stamp(template, { range });
    made.firstElementChild.style.backgroundColor = colour;
    return made;
  }

  hear("map:cells", ({ lows, colours, none }) => {
    const ranges = lows.map((low, place) => {
      const last = place + 1 < lows.length ? lows[place + 1] - 1 : null;
      if (last === null) return say("and_more", { low });
      return last === low ? String(low) : `${low}–${last}`;
    });
    const rows = ranges.map((range, place) => row(colours[place], range));
    part("cells").querySelector("[data-rows]").replaceChildren(row(none, "0"), ...rows);
  });

  hear("map:heat", ({ most, total, cell_m }) => {
    part("heat").querySelector("[data-unit]").textContent = say("heat_unit", { metres: Math.round(cell_m), total });
    const scale = most > 1 ? ["0", String(Math.round(most / 2)), String(most)] : ["0", String(most)];
    part("heat").querySelector("[data-scale]").replaceChildren(...scale.map((text) => {
      const mark = document.createElement("span");
      mark.textContent = text;
      return mark;
    }));
  });

  hear("map:layers", (shown) => {
    for (const name of ["cells", "heat", "points"]) part(name).hidden = !shown[name];
  });
}
