/**
 * A `<details>` menu that shuts on a click elsewhere and on Escape.
 * @param {HTMLDetailsElement} element
 */
export function mount(element) {
  document.addEventListener("click", (event) => { if (!element.contains(event.target)) element.open = false; });
  element.addEventListener("keydown", (event) => { if (event.key === "Escape") element.open = false; });
}
