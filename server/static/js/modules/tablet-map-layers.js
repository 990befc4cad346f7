import { tell } from "../page.js";

const KEPT = "wangge.map.off";

/**
 * Which layers the map shows; the choice is kept on this device.
 *
 * Tells `tablet:layers` with the names of those switched off. Children: a `[data-toggle]` button, the `[data-panel]` with a
 * checkbox per layer, its value the layer's name.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const [toggle, panel] = ["toggle", "panel"].map((name) => element.querySelector(`[data-${name}]`));
  const boxes = [...panel.querySelectorAll("input")];

  function open(isOpen) {
    panel.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
  }

  function apply() {
    tell("tablet:layers", boxes.filter((one) => !one.checked).map((one) => one.value));
  }

  const off = (localStorage.getItem(KEPT) ?? "").split(",");
  for (const one of boxes) one.checked = !off.includes(one.value);
  if (boxes.some((one) => !one.checked)) apply();
  panel.addEventListener("change", () => {
    localStorage.setItem(KEPT, boxes.filter((one) => !one.checked).map((one) => one.value).join());
    apply();
  });
  toggle.addEventListener("click", () => open(panel.hidden));
  element.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) { open(false); toggle.focus(); } });
  document.addEventListener("pointerdown", (event) => { if (!element.contains(event.target)) open(false); });
}
