import { hear, say } from "../page.js";
import { whoami } from "../tablet/store.js";

/**
 * Who works with this tablet, and in which cells; hears `field:ground`, `field:person`, `field:nobody`.
 * @param {HTMLElement} element with `[data-name]` and `[data-cells]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);

  hear("field:ground", ({ person, cells }) => {
    const own = cells.filter((cell) => cell.own && cell.own !== "area");
    part("name").textContent = person.name;
    part("cells").textContent = own.map((cell) => cell.name).join(say("comma")) || say("no_cells");
  });
  for (const name of ["field:person", "field:nobody"]) {
    hear(name, (person) => { [part("name").textContent, part("cells").textContent] = [person?.name ?? "", ""]; });
  }
  part("name").textContent = whoami()?.name ?? "";
}
