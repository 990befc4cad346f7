import { getJson } from "../api.js";
import { hear, page, say } from "../page.js";

/**
 * Who works with this tablet, and in which cells; hears `field:ground`.
 * @param {HTMLElement} element with `[data-name]` and `[data-cells]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);

  function show({ person, cells }) {
    part("name").textContent = person.name;
    part("cells").textContent = cells.map((cell) => cell.name).join(say("comma")) || say("no_cells");
  }

  hear("field:ground", ({ person, cells }) => show({ person, cells: cells.filter((cell) => cell.own && cell.own !== "area") }));
  getJson(page.urls.me).then(show, () => {});
}
