import { tell } from "../page.js";

/**
 * The switch between indicators; tells `map:view`.
 * @param {HTMLElement} element with radio buttons named `view`
 */
export function mount(element) {
  element.addEventListener("change", (event) => tell("map:view", event.target.value));
}
