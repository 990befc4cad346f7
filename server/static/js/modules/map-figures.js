import { hear } from "../page.js";

/**
 * The two figures of the panel; hears `map:cells`.
 *
 * `[data-slot=open]`, `[data-slot=overdue]`; `[data-tone]` turns red when something is late.
 * @param {HTMLElement} element
 */
export function mount(element) {
  hear("map:cells", (totals) => {
    for (const slot of element.querySelectorAll("[data-slot]")) slot.textContent = totals[slot.dataset.slot].toLocaleString();
    element.querySelector("[data-tone]").classList.toggle("bad", totals.overdue > 0);
  });
}
