import { mount as mountCategory } from "./report-category.js";
import { mount as mountPlace } from "./report-place.js";

/**
 * The talk day's form: rows are added in place, Ctrl+Enter sends once.
 *
 * Children: `[data-rows]` with `data-most`, `template[data-shape]` of a row whose fields are named `rN-…`,
 * `[data-add]`, `[data-send]`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const [rows, shape, add, send] = ["[data-rows]", "[data-shape]", "[data-add]", "[data-send]"].map((one) => element.querySelector(one));
  let isSent = false;

  function more() {
    const at = rows.children.length;
    if (at >= Number(rows.dataset.most)) return;
    const row = shape.content.cloneNode(true).querySelector("[data-row]");
    row.querySelector("[data-number]").textContent = String(at + 1);
    for (const one of row.querySelectorAll("[name]")) one.name = one.name.replace("rN-", `r${at}-`);
    const place = row.querySelector("[data-module=report-place]");
    place.dataset.name = place.dataset.name.replace("rN-", `r${at}-`);
    rows.append(row);
    mountCategory(row.querySelector("[data-module=report-category]"));
    mountPlace(place);
    row.querySelector(".combo input").focus();
  }

  add.addEventListener("click", (event) => { event.preventDefault(); more(); });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) { event.preventDefault(); element.requestSubmit(send); }
    else if (event.target.matches("input") && !event.defaultPrevented) event.preventDefault();
  });
  element.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => { isSent = false; });
}
