import { hear, tell } from "../page.js";
import { onTurn } from "../tablet/owner.js";

/**
 * The parts of the visits' screen, one at a time: `[data-part]` named `home`, `visit`, `care`, `end`.
 *
 * `[data-go]` leads to one, `[data-said]` shows what was done. Hears `visits:go` (`{part, said?, ...}`), tells `visits:part`
 * with the same; a form whose part is not shown is empty. When the person is another one, or nobody, it is `home`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const said = element.querySelector("[data-said]");
  const parts = [...element.querySelectorAll("[data-part]")];

  function show(wish) {
    for (const part of parts) {
      part.hidden = part.dataset.part !== wish.part;
      if (part.hidden) part.reset?.();
    }
    said.textContent = wish.said ?? "";
    said.hidden = !wish.said;
    element.closest("[data-view]").scrollTop = 0;
    tell("visits:part", wish);
  }

  element.addEventListener("click", ({ target }) => {
    const part = target.closest("[data-go]")?.dataset.go;
    if (part) show({ part });
  });
  hear("visits:go", show);
  onTurn(() => show({ part: "home" }));
}
