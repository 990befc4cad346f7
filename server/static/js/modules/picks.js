/**
 * Counts the ticked lines of a table, ticks all, and lets nothing be done with none:
 * `[data-all]` box, `[data-count]` figure, boxes of the rows, buttons of the bar.
 * The list inside may be swapped; only what stands in it when something is ticked is asked.
 * @param {HTMLElement} element around the list
 */
export function mount(element) {
  const boxes = () => [...element.querySelectorAll("tbody input[type=checkbox]")];
  const ticked = () => boxes().filter((box) => box.checked).length;
  const arm = () => {
    for (const button of element.querySelectorAll(".picks-bar button, .desk-say button")) button.disabled = ticked() === 0;
  };
  element.addEventListener("htmx:afterSettle", arm);
  addEventListener("pageshow", arm);  // a browser that goes back ticks again what was ticked
  arm();
  element.addEventListener("change", ({ target }) => {
    if (target.matches("[data-all]")) for (const box of boxes()) box.checked = target.checked;
    else if (!boxes().includes(target)) return;
    const count = ticked();
    const all = element.querySelector("[data-all]");
    if (all) {
      all.checked = count > 0 && count === boxes().length;
      all.indeterminate = count > 0 && !all.checked;
    }
    for (const figure of element.querySelectorAll("[data-count]")) figure.textContent = count;
    arm();
  });
}
