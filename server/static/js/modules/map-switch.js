import { hear, tell } from "../page.js";

/**
 * The switch between views; tells and hears `map:view`.
 * @param {HTMLElement} element with radio buttons named `view`
 */
export function mount(element) {
  element.addEventListener("change", (event) => tell("map:view", event.target.value));
  hear("map:view", (view) => { element.querySelector(`[value="${view}"]`).checked = true; });
}
