import { hear } from "../page.js";

/**
 * Folds the filter panel away and back: `[data-panel-shut]`, `[data-panel-open]`. Shows what belongs to a view,
 * `[data-view-part]` (names with spaces), with that view only; hears `map:view`.
 * @param {HTMLElement} element the map page
 */
export function mount(element) {
  const opener = element.querySelector("[data-panel-open]");
  const fold = (isShut) => {
    element.classList.toggle("panel-shut", isShut);
    opener.hidden = !isShut;
  };
  element.querySelector("[data-panel-shut]").addEventListener("click", () => { fold(true); opener.focus(); });
  opener.addEventListener("click", () => fold(false));
  fold(matchMedia("(max-width: 900px)").matches);
  hear("map:view", (view) => {
    for (const part of element.querySelectorAll("[data-view-part]")) part.hidden = !part.dataset.viewPart.split(" ").includes(view);
  });
}
