/**
 * Says so where the page was opened without encryption, and what to do about it.
 * @param {HTMLElement} element
 */
export function mount(element) {
  element.hidden = isSecureContext;
}
