import { hearNow } from "../page.js";
import { followGround } from "../tablet/map/kept-ground.js";
import { followLanguage, keepShell, update } from "../tablet/release.js";

/**
 * Keeps the app on this device, and says when a newer one is ready; hears `release`.
 * @param {HTMLElement} element with `[data-ready]`, `[data-changed]` (what is said) and `[data-update]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);

  hearNow("release", ({ state }) => {
    element.hidden = !["ready", "changed"].includes(state);
    part("ready").hidden = state !== "ready";
    part("changed").hidden = state !== "changed";
  });
  part("update").addEventListener("click", () => { part("update").disabled = true; update(); });
  followGround();
  followLanguage().finally(keepShell);
}
