import { hear } from "../page.js";

/**
 * The two figures of the panel; hears `map:cells`.
 * @param {HTMLElement} element with `[data-slot=open]` and `[data-slot=overdue]`
 */
export function mount(element) {
  hear("map:cells", (totals) => {
    for (const slot of element.querySelectorAll("[data-slot]")) slot.textContent = totals[slot.dataset.slot].toLocaleString();
  });
}
