import { say as speak } from "../page.js";

/**
 * A long list of boxes to tick, by group, with a search: `[data-find]` narrows by name, `[data-group-all]` ticks a
 * group, `[data-said]` says what is ticked; `data-all` is what it says when nothing is.
 * @param {HTMLElement} element a `<details>`
 */
export function mount(element) {
  const boxes = (within = element) => [...within.querySelectorAll("[data-one] input")];
  const groups = [...element.querySelectorAll("[data-group]")];
  const find = element.querySelector("[data-find]");

  function say() {
    const ticked = boxes().filter((box) => box.checked);
    const names = ticked.slice(0, 2).map((box) => box.closest("label").textContent.trim());
    element.querySelector("[data-said]").textContent = ticked.length > 2 ? `${names.join(speak("comma"))} +${ticked.length - 2}` : names.join(speak("comma")) || element.dataset.all;
    element.classList.toggle("has-ticks", ticked.length > 0);
    for (const group of groups) {
      const all = group.querySelector("[data-group-all]");
      if (!all) continue;
      const count = boxes(group).filter((box) => box.checked).length;
      all.checked = count > 0 && count === boxes(group).length;
      all.indeterminate = count > 0 && !all.checked;
    }
  }

  function narrow() {
    const wanted = find.value.trim().toLowerCase();
    for (const group of groups) {
      const isWhole = group.querySelector(".ticks-group")?.textContent.toLowerCase().includes(wanted);
      for (const one of group.querySelectorAll("[data-one]")) one.hidden = !isWhole && !one.textContent.toLowerCase().includes(wanted);
      group.hidden = !group.querySelector("[data-one]:not([hidden])");
    }
    element.querySelector("[data-none]").hidden = groups.some((group) => !group.hidden);
  }

  element.addEventListener("change", ({ target }) => {
    if (target.matches("[data-group-all]")) {
      const shown = boxes(target.closest("[data-group]")).filter((box) => !box.closest("label").hidden);
      for (const box of shown) box.checked = target.checked;
    }
    say();
  });
  find?.addEventListener("input", narrow);
  find?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  element.closest("form").addEventListener("reset", () => setTimeout(say));
  say();
}
