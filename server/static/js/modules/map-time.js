import { getJson, latest } from "../api.js";
import { bars, stepName, usualStep } from "../map/line.js";
import { unbounded } from "../map/spans.js";
import { asked, keep, later } from "../map/state.js";
import { hear, page, say, tell } from "../page.js";

const PACE = 900; // ms, a step of the play
const MOST_STEPS = 1100;

/**
 * The time line under the heat: bars of what was reported in each step, one of which is shown; arrow keys, a click
 * or a drag choose, the button plays. Tells `map:time` (the step with its kind and the busiest one, or null for the
 * whole period) and `map:next` (what comes next); hears `map:view`, `map:filter`, `map:fresh`, `map:heat`.
 *
 * `[data-play] [data-step] [data-track] [data-bars] [data-first] [data-last] [data-says] [data-count] [data-whole]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const [play, kinds, track] = [part("play"), part("step"), part("track")];
  let [steps, at, view, filters, timer, shownKey] = [[], -1, "", null, 0, asked("shown")];
  const kind = () => kinds.value;

  const load = latest(async (signal) => {
    if (view !== "heat" || !filters) return;
    if (!asked("step")) kinds.value = usualStep(filters);
    const found = await getJson(page.urls.steps, { ...unbounded(filters), step: kind() }, signal);
    steps = found.steps.slice(-MOST_STEPS);
    bars(part("bars"), steps);
    at = steps.findIndex((step) => keyOf(step) === shownKey);
    if (at < 0 && shownKey) { shownKey = ""; keep({ shown: "" }); tell("map:time", null); }
    if (at >= 0) show(at);
    else label();
  });
  const reload = () => load().catch((error) => tell("map:problem", error.message));
  const soon = later(reload, 60);

  function label() {
    const step = steps[at];
    const count = step ? step.count : steps.reduce((sum, one) => sum + one.count, 0);
    part("says").textContent = step ? stepName(step, kind()) : say("whole_period");
    part("count").textContent = say("count", { n: count.toLocaleString() });
    part("whole").hidden = !step;
    const [first, last] = [steps[0], steps.at(-1)];
    part("first").textContent = first ? stepName(first, kind()).slice(0, 10) : "";
    part("last").textContent = last ? stepName(last, kind()).slice(-10) : "";
    track.setAttribute("aria-valuemax", String(steps.length));
    track.setAttribute("aria-valuenow", String(at + 1));
    track.setAttribute("aria-valuetext", `${part("says").textContent} ${part("count").textContent}`);
    [...part("bars").children].forEach((bar, place) => bar.classList.toggle("is-shown", place === at));
  }

  function show(place) {
    at = place;
    label();
    const step = steps[at];
    shownKey = step ? keyOf(step) : "";
    keep({ shown: shownKey });
    const busiest = steps.reduce((most, one) => (one.count > most.count ? one : most), steps[0]);
    tell("map:time", step ? { ...step, slot: step.slot ?? null, step: kind(), busiest } : null);
    if (steps[at + 1]) tell("map:next", steps[at + 1]);
  }

  const choose = later((place) => { if (place !== at) show(place); }, 30);

  function stop() {
    clearTimeout(timer);
    timer = 0;
    play.setAttribute("aria-pressed", "false");
    element.classList.remove("is-playing");
  }

  function toggle() {
    if (timer) { stop(); return; }
    play.setAttribute("aria-pressed", "true");
    element.classList.add("is-playing");
    forward();
  }

  /** The next step; the one after it comes when this one is drawn, and no sooner than the pace. */
  function forward() {
    if (!steps.length) { stop(); return; }
    show(at + 1 < steps.length ? at + 1 : 0);
    if (at === steps.length - 1) { stop(); return; }
    timer = setTimeout(forward, PACE);
  }

  const placeOf = (event) => {
    const frame = part("bars").getBoundingClientRect();
    return Math.max(0, Math.min(steps.length - 1, Math.floor((event.clientX - frame.left) / frame.width * steps.length)));
  };
  track.addEventListener("pointerdown", (event) => { stop(); track.setPointerCapture(event.pointerId); choose(placeOf(event)); });
  track.addEventListener("pointermove", (event) => { if (track.hasPointerCapture(event.pointerId)) choose(placeOf(event)); });
  track.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, PageDown: at - 7, PageUp: at + 7, Home: 0, End: steps.length - 1, Escape: -1 }[event.key];
    if (event.key === " ") { event.preventDefault(); toggle(); }
    if (to === undefined || !steps.length) return;
    event.preventDefault();
    stop();
    show(Math.max(-1, Math.min(steps.length - 1, to)));
  });
  play.addEventListener("click", toggle);
  kinds.addEventListener("change", () => { stop(); keep({ step: kind() }); show(-1); reload(); });
  part("whole").addEventListener("click", () => { stop(); show(-1); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
  if ([...kinds.options].some((one) => one.value === asked("step"))) kinds.value = asked("step");
  hear("map:view", (shown) => { view = shown; element.hidden = view !== "heat"; stop(); soon(); });
  hear("map:filter", (said) => { if (JSON.stringify(said) !== JSON.stringify(filters)) stop(); filters = said; soon(); });
  hear("map:fresh", soon);
}

const keyOf = ({ since, slot }) => (slot === null || slot === undefined ? String(since).slice(0, 16) : String(slot));
