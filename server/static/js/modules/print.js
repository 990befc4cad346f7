/**
 * Print this page: a button that is shown only where a script can do it.
 *
 * @param {HTMLButtonElement} element `hidden` in the page, since nothing happens without a script; the browser's own
 *   menu prints as well.
 */
export function mount(element) {
  element.hidden = false;
  element.addEventListener("click", () => window.print());
}
