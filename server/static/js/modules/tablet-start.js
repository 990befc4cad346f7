import { start } from "../tablet/field.js";
import { hear } from "../page.js";
import { flush, start as startSending } from "../tablet/outbox.js";
import "../tablet/patrol.js"; // one that ran goes on, whatever is looked at

const PATIENCE_MS = 3_000; // a database that another page holds

/**
 * Comes last of what is mounted at once: what the device knows is told now, and to the rest when it is mounted. What waits goes
 * as soon as the server answers anybody here again. Hears `field:net`.
 * @param {HTMLElement} element any
 * @returns {Promise} done when it is told
 */
export function mount(element) {
  let was = true;
  element.hidden = true;
  hear("field:net", ({ isReachable }) => {
    if (isReachable && !was) flush();
    was = isReachable;
  });
  const told = start();
  startSending();
  return Promise.race([told, new Promise((done) => { setTimeout(done, PATIENCE_MS); })]);
}
