/** What the map shows, kept in the page's address so that a view can be shared and reloaded. */

import { hear, page } from "../page.js";

const kept = { ...page.asked };

/** What the address says of a setting. */
export const asked = (name, otherwise = "") => kept[name] ?? otherwise;

/**
 * Put settings into the address; an empty one is taken out.
 * @param {Object<string, string>} changes
 */
export function keep(changes) {
  const before = JSON.stringify(kept);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) delete kept[name];
    else kept[name] = String(value);
  }
  if (JSON.stringify(kept) === before) return;
  const query = String(new URLSearchParams(kept)).replaceAll("%2C", ",").replaceAll("%3A", ":");
  history.replaceState(history.state, "", query ? `${location.pathname}?${query}` : location.pathname);
}

hear("map:state", keep);

/** Run later, and only the last of many calls. */
export function later(work, wait = 120) {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => work(...given), wait); };
}
