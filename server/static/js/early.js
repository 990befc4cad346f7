/* Before the first paint: the theme and the width of the navigation, as they were left. */
(() => {
  const root = document.documentElement;
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.bsTheme = kept("wangge.theme") || dark;
  root.dataset.nav = kept("wangge.nav") || "wide";
})();
