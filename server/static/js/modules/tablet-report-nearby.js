import { hear } from "../page.js";
import { change, draft } from "../tablet/draft.js";
import * as field from "../tablet/field.js";
import { placesBy } from "../tablet/report.js";

/**
 * Where it is in words: typed, or a building or compound that stands there by one tap.
 *
 * Hears `report:draft` and `report:where`. Children: an input `place_text` and `[data-nearby]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const input = element.querySelector("[name=place_text]");
  const row = element.querySelector("[data-nearby]");

  function chip({ name }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn r-chip", textContent: name });
    button.addEventListener("click", () => change({ place_text: name.slice(0, input.maxLength) }));
    return button;
  }

  input.value = draft().place_text;
  input.addEventListener("input", () => change({ place_text: input.value }));
  hear("report:where", ({ place }) => row.replaceChildren(...(place ? placesBy(place, field.ground()).map(chip) : [])));
  hear("report:draft", ({ changed }) => {
    if (changed.includes("place_text") && input.value !== draft().place_text) input.value = draft().place_text;
  });
}
