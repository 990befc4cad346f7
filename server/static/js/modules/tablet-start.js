import { start } from "../tablet/field.js";
import { hear } from "../page.js";
import { flush, start as startSending } from "../tablet/outbox.js";

/**
 * Comes last on the page: everything listens by now, so what the device knows may be told. What waits goes as soon as the
 * server answers anybody here again. Hears `field:net`.
 * @param {HTMLElement} element any
 */
export function mount(element) {
  let was = true;
  element.hidden = true;
  hear("field:net", ({ isReachable }) => {
    if (isReachable && !was) flush();
    was = isReachable;
  });
  start();
  startSending();
}
