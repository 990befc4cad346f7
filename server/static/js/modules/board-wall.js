import { draw, keep } from "../board/live.js";

/**
 * The board on a wall: nobody touches it; it refreshes by itself and keeps its last picture while it cannot.
 * @param {HTMLElement} element with `[data-live]`, `[data-problem]` and `data-every` seconds
 */
export function mount(element) {
  draw(element.querySelector("[data-live]"), { leads: false });
  keep(element, { leads: false });
}
