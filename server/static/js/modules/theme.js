import { tell } from "../page.js";

/**
 * Switches between light and dark; the choice is kept on this device. Tells `theme`.
 * @param {HTMLButtonElement} element
 */
export function mount(element) {
  const root = document.documentElement;
  element.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("wangge.theme", root.dataset.bsTheme);
    tell("theme", root.dataset.bsTheme);
  });
}
