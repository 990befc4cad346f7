/** Elements out of `<template>`s. Text goes in by textContent only, so nothing of a user's is ever parsed. */

const SVG = "http://www.w3.org/2000/svg";

/** Make the symbol of a state. */
function stateIcon(code) {
  return symbol(new URL("../img/states.svg", import.meta.url), code);
}

/** Make an outline of the icon file. */
export function outline(name) {
  return symbol(new URL("../vendor/tabler-icons/icons.svg", import.meta.url), name);
}

function symbol(file, name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon-s");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${file.pathname}#${encodeURIComponent(name)}`);
  svg.append(use);
  return svg;
}

/**
 * Clone a template and fill its slots.
 *
 * `data-slot="x"` takes `values.x` as text ("—" when there is none), `data-slot-href="x"` an address that
 * the caller built, `data-slot-state="x"` a `{code, name}`, `data-slot-clock="x"` a `{colour, words}`.
 * @returns {DocumentFragment}
 */
export function stamp(template, values) {
  const made = template.content.cloneNode(true);
  for (const slot of made.querySelectorAll("[data-slot]")) slot.textContent = values[slot.dataset.slot] ?? "—";
  for (const slot of made.querySelectorAll("[data-slot-href]")) slot.href = values[slot.dataset.slotHref];
  for (const slot of made.querySelectorAll("[data-slot-state]")) {
    const state = values[slot.dataset.slotState];
    slot.classList.add(`state-${state.code}`);
    slot.append(stateIcon(state.code), document.createTextNode(state.name));
  }
  for (const slot of made.querySelectorAll("[data-slot-clock]")) {
    const clock = values[slot.dataset.slotClock];
    slot.hidden = !clock.words;
    slot.classList.add(`clock-${clock.colour}`);
    slot.append(outline(clock.colour === "red" ? "alert-triangle" : "clock"), document.createTextNode(clock.words));
  }
  return made;
}
