/**
 * Counts the ticked lines of a table, and ticks all: `[data-all]` box, `[data-count]` figure, boxes named `n`.
 * The list inside may be swapped; only what stands in it when something is ticked is asked.
 * @param {HTMLElement} element around the list
 */
export function mount(element) {
  const boxes = () => [...element.querySelectorAll('input[name="n"]')];
  element.addEventListener("change", ({ target }) => {
    if (target.matches("[data-all]")) for (const box of boxes()) box.checked = target.checked;
    else if (target.name !== "n") return;
    const ticked = boxes().filter((box) => box.checked).length;
    const all = element.querySelector("[data-all]");
    if (all) {
      all.checked = ticked > 0 && ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
    for (const figure of element.querySelectorAll("[data-count]")) figure.textContent = ticked;
  });
}
