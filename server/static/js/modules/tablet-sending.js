import { hearNow } from "../page.js";
import { flush, start } from "../tablet/outbox.js";
import { changed } from "../tablet/queue.js";
import "../tablet/patrol.js"; // one that ran goes on, whatever is looked at

/**
 * What waits is counted, and goes as soon as the server answers anybody here again. Hears `field:net`.
 * @param {HTMLElement} element any
 */
export function mount(element) {
  let was = true;
  element.hidden = true;
  hearNow("field:net", ({ isReachable }) => {
    if (isReachable && !was) flush();
    was = isReachable;
  });
  changed(true);
  start();
}
