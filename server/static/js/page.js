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

const told = new Map(); // name -> what was told last

/** Tell the rest of the page that something happened: `tell("map:choose", {...})`. */
export function tell(name, detail) {
  told.set(name, detail);
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** What was told of these holds no more: whoever listens from now on does not hear it. */
export function untell(...names) {
  for (const name of names) told.delete(name);
}

/** Listen to what other modules tell from now on. */
export function hear(name, listener) {
  document.addEventListener(name, (event) => listener(event.detail));
}

/**
 * Listen, and hear what was told last before this: how things stand, or what was asked before anybody listened.
 * @param {string} name
 * @param {(detail, isLate: boolean) => void} listener `isLate`: it was told before
 */
export function hearNow(name, listener) {
  hear(name, listener);
  queueMicrotask(() => { if (told.has(name)) listener(told.get(name), true); });
}
