/* Before the first paint: the theme, where the page does not fix its own, and the width of the navigation, as they were left. */
(() => {
  const root = document.documentElement;
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (!("fixed" in root.dataset)) root.dataset.bsTheme = kept("wangge.theme") || dark;
  root.dataset.nav = kept("wangge.nav") || "wide";
})();
