import { getJson, latest } from "../api.js";
import { tell } from "../page.js";
import { stamp } from "../stamp.js";

/**
 * The search box: suggests areas and cells by code, name or pinyin; Ctrl+K focuses it.
 *
 * `data-areas` address of the suggestions, `data-map` page to show one on (on that page itself it tells
 * `map:go`). Enter goes to the row chosen, else to the first one; with none, the form searches the issues. Two templates: a row, and "nothing found".
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const input = element.querySelector("input");
  const list = element.querySelector("ul");
  const [row, nothing] = element.querySelectorAll("template");
  let [found, at, timer] = [[], -1, 0];

  const suggest = latest(async (signal, q) => {
    const { items } = await getJson(element.dataset.areas, { q }, signal);
    [found, at] = [items.slice(0, 8), -1];
    list.replaceChildren(...found.map((area) => stamp(row, { name: area.name, code: area.code, where: area.path_names.slice(-3, -1).join(" › ") })));
    if (!found.length) list.replaceChildren(stamp(nothing, {}));
    list.hidden = false;
  });

  function choose(area) {
    list.hidden = true;
    input.value = area.name;
    if (location.pathname === element.dataset.map) tell("map:go", area);
    else location.assign(`${element.dataset.map}?area=${encodeURIComponent(area.code)}`);
  }

  async function go() {
    clearTimeout(timer);
    if (list.hidden || at < 0) await suggest(input.value.trim()).catch(() => { found = []; });
    if (found.length) choose(found[Math.max(0, at)]);
    else element.submit();
  }

  function move(step) {
    at = Math.max(0, Math.min(found.length - 1, at + step));
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const q = input.value.trim();
    if (!q) { list.hidden = true; return; }
    timer = setTimeout(() => suggest(q).catch(() => { list.hidden = true; }), 150);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
    if (event.key === "Enter" && input.value.trim() && !event.isComposing) { event.preventDefault(); go(); }
    if (list.hidden || !found.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
  });
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (found[place]) choose(found[place]);
  });
  document.addEventListener("click", (event) => { if (!element.contains(event.target)) list.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); input.select(); input.focus(); }
  });
}
