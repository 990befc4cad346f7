import { start } from "../tablet/field.js";
import { start as startSending } from "../tablet/outbox.js";

/**
 * Comes last on the page: everything listens by now, so what the device knows may be told.
 * @param {HTMLElement} element any
 */
export function mount(element) {
  element.hidden = true;
  start();
  startSending();
}
