/** What the page was given in its JSON script: addresses, sentences, basemap, first view. */

const given = document.getElementById("page-data");

export const page = given ? JSON.parse(given.textContent) : { words: {} };

/**
 * Say a sentence of the page.
 * @param {string} name key of `page.words`
 * @param {Object} values what goes into its `{places}`
 */
export function say(name, values = {}) {
  return (page.words[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** Tell the rest of the page that something happened: `tell("map:choose", {...})`. */
export function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Listen to what other modules tell. */
export function hear(name, listener) {
  document.addEventListener(name, (event) => listener(event.detail));
}
