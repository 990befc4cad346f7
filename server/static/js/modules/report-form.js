import { getJson, latest } from "../api.js";
import { hear } from "../page.js";

/**
 * The entry form by keyboard: Enter goes on to the next field, Ctrl+Enter sends from anywhere, once.
 *
 * Hears `report:place` and `report:pinned` and shows the cell and who is on duty there, so that they need
 * not be shown again. `data-locate` where to ask. Children: `[data-cell]`, `[data-holder]`, `[data-send]`,
 * a hidden field `shown`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const send = element.querySelector("[data-send]");
  let isSent = false;

  function next(from) {
    const fields = [...element.querySelectorAll("input, select, textarea")].filter((one) => one.type !== "hidden" && one.offsetParent && one.closest(".report-main"));
    const after = fields[fields.indexOf(from) + 1];
    (after ?? send).focus();
  }

  const where = latest(async (signal, { lon, lat }) => {
    const told = await getJson(element.dataset.locate, { lon, lat }, signal);
    element.querySelector("[data-cell]").textContent = told.cell?.name ?? "—";
    element.querySelector("[data-holder]").textContent = told.holder?.name ?? "—";
    element.elements.shown.value = told.cell?.code ?? "-";
  });
  const look = (place) => where(place).catch(() => { element.elements.shown.value = ""; });

  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) { event.preventDefault(); element.requestSubmit(send); return; }
    const isLine = event.target.matches("input, select");
    if (!isLine || event.defaultPrevented) return;
    event.preventDefault();
    next(event.target);
  });
  element.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => { isSent = false; });
  hear("report:place", look);
  hear("report:pinned", look);
}
