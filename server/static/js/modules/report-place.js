import { getJson, latest } from "../api.js";
import { combobox } from "../combo.js";
import { hear, tell } from "../page.js";

/**
 * Finds a place by name while one types; tells `report:place` what was chosen, hears `report:pinned`.
 *
 * `data-url` address of the search, `data-name` name of the field that keeps the reference (else "spot").
 * Children: a `.combo`, and `[data-find]`, the button for browsers without scripts.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const box = element.querySelector(".combo");
  const input = box.querySelector("input");
  const name = element.dataset.name || "spot";
  let kept = element.querySelector("input[type=hidden]");
  if (!kept) {
    kept = Object.assign(document.createElement("input"), { type: "hidden", name });
    element.append(kept);
  }
  const radios = element.querySelector("fieldset");
  if (radios) kept.disabled = true;
  element.querySelector("[data-find]")?.setAttribute("hidden", "");

  function forget() {
    kept.value = "";
    kept.disabled = false;
    radios?.remove();
  }

  const ask = latest((signal, q) => getJson(element.dataset.url, { q }, signal));
  async function suggest(q) {
    if (!q) return [];
    const found = await ask(q).catch(() => ({ items: [] }));
    return found?.items.map((one) => ({ ...one, kind: one.kind.name, where: [one.address === one.name ? "" : one.address, one.cell?.name].filter(Boolean).join(" · ") }));
  }

  combobox(box, suggest, (place) => {
    forget();
    input.value = place.name;
    kept.value = place.ref;
    if (name === "spot") tell("report:place", place);
  }, 120);
  input.addEventListener("input", forget);
  if (name === "spot") hear("report:pinned", forget);
}
