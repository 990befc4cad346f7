/** A line that suggests while one types: arrows choose, Enter or Tab takes, Escape shuts. */

import { stamp } from "./stamp.js";

/**
 * Dress an input with suggestions.
 * @param {HTMLElement} box `.combo` around the input, a list and a template of its rows
 * @param {(q: string) => Promise<Array>|Array} suggest gives rows `{name, where, kind, …}`, the best first; undefined leaves the list as it is
 * @param {(row: Object) => void} choose is told the row taken
 * @returns {{shut: () => void}}
 */
export function combobox(box, suggest, choose, wait = 0) {
  const [input, list, template] = ["input", "ul", "template"].map((name) => box.querySelector(name));
  let [rows, at, timer, isStale] = [[], -1, 0, false];

  function shut() {
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function mark() {
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  async function look(isTaking = false) {
    clearTimeout(timer);
    const q = input.value.trim();
    const found = await suggest(q);
    if (!found || (!isTaking && q !== input.value.trim())) return;
    [rows, at, isStale] = [found, q ? 0 : -1, false];
    list.replaceChildren(...rows.map((row) => stamp(template, { ...row, where: row.where ?? "", kind: row.kind ?? "" })));
    list.hidden = !rows.length || document.activeElement !== input;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  /** Take a row; whoever types faster than the list comes gets the best of what was typed. */
  async function take(place) {
    if (isStale) { await look(true); place = 0; }
    shut();
    if (rows[place]) choose(rows[place]);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    isStale = true;
    timer = setTimeout(() => look(), wait);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden) look();
    else if (step) { at = Math.max(0, Math.min(rows.length - 1, at + step)); mark(); }
    if (step) event.preventDefault();
    if (event.key === "Escape") shut();
    const isChosen = (isStale && input.value.trim() !== "") || (!list.hidden && at >= 0);
    if (!isChosen || event.ctrlKey) return;
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Enter" || event.key === "Tab") take(at);
  });
  input.addEventListener("blur", () => setTimeout(shut));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take([...list.children].indexOf(event.target.closest("li")));
  });
  return { shut };
}
