import { tell, untell } from "../page.js";

const UNDER = { queue: "me" }; // views without a place of their own in the bar

/**
 * The tablet's views, one at a time, by the address's `#name`; tells `tablet:view`.
 *
 * Views are `[data-view]`; links of the bar point at `#view`. The map stays drawn beneath the others,
 * because a map without a size draws nothing.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const views = [...element.querySelectorAll("[data-view]")];
  const names = views.map((view) => view.dataset.view);
  let shown = "";

  function show() {
    const wanted = names.includes(location.hash.slice(1)) ? location.hash.slice(1) : "map";
    const isWide = matchMedia("(min-width: 1000px) and (orientation: landscape)").matches;
    const side = wanted === "map" && isWide ? "tasks" : wanted;
    for (const view of views) view.hidden = view.dataset.view !== side && view.dataset.view !== "map";
    for (const link of element.querySelectorAll(".t-bar a")) {
      if (link.hash === `#${UNDER[wanted] ?? wanted}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (wanted !== "map") untell("tablet:chosen");
    if (wanted !== "tasks") untell("tablet:open");
    if (wanted !== shown) tell("tablet:view", wanted);
    shown = wanted;
  }

  addEventListener("hashchange", show);
  addEventListener("resize", show);
  show();
}
