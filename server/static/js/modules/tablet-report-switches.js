import { hear, say } from "../page.js";
import { change, draft } from "../tablet/draft.js";
import * as field from "../tablet/field.js";
import { maySettle } from "../tablet/report.js";

/**
 * Urgent or not, and done on the spot with what came of it.
 *
 * Urgent follows the category until somebody decides otherwise. Hears `field:ground`, `report:draft`, `report:where`.
 * Children: inputs `urgent`, `settled`, `quantity`, `unit`; `[data-settle]`, `[data-may-settle]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const input = (name) => element.querySelector(`[name=${name}]`);
  const usual = part("may-settle").textContent;
  let where = null;

  function showUrgent() {
    const category = field.ground()?.categories.find((one) => one.code === draft().category);
    input("urgent").checked = draft().urgent ?? Boolean(category?.urgent);
  }

  function showSettle() {
    const may = !where || maySettle(where, field.ground());
    if (!may && draft().isSettled) change({ isSettled: false });
    input("settled").disabled = !may;
    part("may-settle").textContent = may ? usual : say("report_not_yours");
    input("settled").checked = draft().isSettled;
    part("settle").hidden = !draft().isSettled;
  }

  function showAmount() {
    for (const name of ["quantity", "unit"]) if (input(name).value !== draft()[name]) input(name).value = draft()[name];
  }

  function known(ground) {
    if (!ground) return;
    const options = ["", ...ground.units.map((one) => one.code ?? one)];
    const names = ["", ...ground.units.map((one) => one.name ?? one)];
    input("unit").replaceChildren(...options.map((value, n) => new Option(names[n], value)));
    showAmount();
    showUrgent();
    showSettle();
  }

  input("urgent").addEventListener("change", (event) => change({ urgent: event.target.checked }));
  input("settled").addEventListener("change", (event) => change({ isSettled: event.target.checked }));
  for (const name of ["quantity", "unit"]) input(name).addEventListener("input", (event) => change({ [name]: event.target.value }));
  hear("field:ground", known);
  hear("report:where", (told) => { where = told.where; showSettle(); });
  hear("report:draft", ({ changed }) => {
    if (changed.includes("category") || changed.includes("urgent")) showUrgent();
    if (changed.includes("isSettled")) showSettle();
    if (changed.includes("quantity") || changed.includes("unit")) showAmount();
  });
  known(field.ground());
}
