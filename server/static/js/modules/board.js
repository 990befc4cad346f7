import { draw, keep } from "../board/live.js";
import { hear } from "../page.js";

/**
 * The board: charts, a refresh every minute, and a form that needs no button.
 * @param {HTMLElement} element with `[data-live]`, `[data-problem]` and `data-every` seconds
 */
export function mount(element) {
  const live = element.querySelector("[data-live]");
  const form = element.querySelector("form");
  draw(live);
  keep(element);
  hear("theme", () => draw(live));
  form.addEventListener("change", (event) => {
    const isOwn = form.elements.period.value === "between";
    if (isOwn && (event.target === form.elements.period || !form.elements.since.value)) return;
    if (!isOwn) form.elements.since.value = form.elements.until.value = "";
    form.requestSubmit();
  });
  form.addEventListener("submit", () => live.classList.add("is-busy"));
  window.addEventListener("pageshow", () => live.classList.remove("is-busy"));
}
