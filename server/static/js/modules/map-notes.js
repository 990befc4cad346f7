import { hear, tell } from "../page.js";

const SHOWN_AFTER = 120; // ms, what is quicker needs no strip

/**
 * What the map says over itself: a strip while something is on its way, the sentence of a refusal with a button to
 * try again, and that there is nothing. Hears `map:busy`, `map:problem`, `map:heat`, `map:view`; tells `map:again`, `map:when`.
 *
 * `[data-busy]`, `[data-problem]` around `[data-says]` and `[data-again]`, `[data-empty]` around `[data-wider]`.
 * @param {HTMLElement} element over the map
 */
export function mount(element) {
  const [busy, problem, empty] = ["busy", "problem", "empty"].map((name) => element.querySelector(`[data-${name}]`));
  let [count, timer] = [0, 0];

  hear("map:busy", (by) => {
    count = Math.max(0, count + by);
    clearTimeout(timer);
    if (!count) busy.hidden = true;
    else timer = setTimeout(() => { busy.hidden = false; }, SHOWN_AFTER);
    element.parentElement.setAttribute("aria-busy", String(count > 0));
  });
  hear("map:problem", (sentence) => {
    problem.querySelector("[data-says]").textContent = sentence;
    problem.hidden = !sentence;
    if (sentence) empty.hidden = true;
  });
  hear("map:heat", ({ total, than }) => { empty.hidden = total > 0 || than > 0; });
  hear("map:view", () => { empty.hidden = true; });
  element.querySelector("[data-again]").addEventListener("click", () => tell("map:again"));
  element.querySelector("[data-wider]").addEventListener("click", () => tell("map:when", "year"));
}
