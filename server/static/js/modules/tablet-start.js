import { start } from "../tablet/field.js";

/**
 * Comes last of what is mounted at once: what the device knows is told now, and to the rest when it is mounted.
 * @param {HTMLElement} element any
 * @returns {Promise} done when it is told
 */
export function mount(element) {
  element.hidden = true;
  return start();
}
