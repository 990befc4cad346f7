/**
 * The left navigation, wide or narrow; the choice is kept on this device.
 * @param {HTMLElement} element with `[data-fold]`
 */
export function mount(element) {
  const root = document.documentElement;
  element.querySelector("[data-fold]").addEventListener("click", () => {
    root.dataset.nav = root.dataset.nav === "narrow" ? "wide" : "narrow";
    localStorage.setItem("wangge.nav", root.dataset.nav);
  });
}
