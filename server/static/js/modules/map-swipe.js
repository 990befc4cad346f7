import { named, edges } from "../map/spans.js";
import { asked, keep, later } from "../map/state.js";
import { hear, tell } from "../page.js";

const STEP = 0.02;

/**
 * The divider between two periods side by side: dragged, or moved by the arrow keys; tells `map:swipe`.
 *
 * `[data-bar]` is dragged, `[data-name=than]` and `[data-name=now]` name the sides. Hears `map:compare`,
 * `map:filter`, `map:time`, `map:heat`, `map:view`.
 * @param {HTMLElement} element over the map
 */
export function mount(element) {
  const bar = element.querySelector("[data-bar]");
  const name = (side) => element.querySelector(`[data-name=${side}]`);
  let [share, view, compare, filters, step] = [Number(asked("swipe")) / 100 || 0.5, "", { kind: "off" }, {}, null];
  const remember = later(() => keep({ swipe: Math.round(share * 100) }), 300);

  function show() {
    element.hidden = view !== "heat" || compare.kind !== "swipe" || !compare.than;
    if (element.hidden) return;
    bar.style.left = `${share * 100}%`;
    bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    name("than").style.right = `${100 - share * 100}%`;
    name("now").style.left = `${share * 100}%`;
    name("than").textContent = compare.than.since ? named(compare.than) : compare.than.name;
    name("now").textContent = named(step ?? edges(filters));
    tell("map:swipe", share);
  }

  function move(to) {
    share = Math.max(0.02, Math.min(0.98, to));
    remember();
    show();
  }

  bar.addEventListener("pointerdown", (event) => { bar.setPointerCapture(event.pointerId); event.preventDefault(); bar.focus(); });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const frame = element.getBoundingClientRect();
    move((event.clientX - frame.left) / frame.width);
  });
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, PageDown: -5 * STEP, PageUp: 5 * STEP, Home: -1, End: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(share + by);
  });
  hear("map:view", (shown) => { view = shown; show(); });
  hear("map:filter", (said) => { filters = said; show(); });
  hear("map:time", (said) => { step = said && said.slot === null ? said : null; show(); });
  hear("map:compare", (said) => { compare = said; show(); });
  hear("map:heat", show);
}
