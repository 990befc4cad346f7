import { combobox } from "../combo.js";

/**
 * Finds a category by part of its name, code or pinyin; the list it stands for keeps the choice.
 *
 * Children: a `<select>` whose options carry `data-keys`, and the `.combo` that takes its place.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const [select, box] = [element.querySelector("select"), element.querySelector(".combo")];
  const input = box.querySelector("input");
  const options = [...select.options].filter((one) => one.value);
  const rows = options.map((one) => ({ name: one.label, kind: one.parentElement.label ?? "", value: one.value, text: one.label.toLowerCase(), keys: one.dataset.keys.split(" ") }));

  function suggest(q) {
    const wanted = q.toLowerCase().replace(/\s/g, "");
    if (!wanted) { select.value = ""; return rows; }
    const begins = rows.filter((row) => row.text.startsWith(wanted) || row.keys.some((one) => one.startsWith(wanted)));
    const holds = rows.filter((row) => !begins.includes(row) && (row.text.includes(wanted) || row.value.includes(wanted) || row.keys.some((one) => one.includes(wanted))));
    return [...begins, ...holds];
  }

  combobox(box, suggest, (row) => { select.value = row.value; input.value = row.name; });
  const chosen = () => select.selectedOptions[0]?.value ? select.selectedOptions[0].label : "";
  input.value = chosen();
  input.addEventListener("blur", () => { input.value = chosen(); });
  input.addEventListener("focus", () => input.select());
  const hadFocus = document.activeElement === select;
  [select.hidden, box.hidden] = [true, false];
  input.id = select.id;
  if (select.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
  select.removeAttribute("id");
  if (hadFocus) input.focus();
}
