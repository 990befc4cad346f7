import { asked, keep, later } from "../map/state.js";
import { hear, say, tell } from "../page.js";

const USUAL_M = 300;

/**
 * How the heat is counted: the kernel's radius in metres and per what; tells `map:settings`, once with the first
 * `map:view`. `data-metres` of the slider lists its places.
 * @param {HTMLElement} element inside the form of the filters
 */
export function mount(element) {
  const slider = element.querySelector("[name=radius]");
  const metres = slider.dataset.metres.split(" ").map(Number);
  const modes = [...element.querySelectorAll("[name=mode]")];
  let isTold = false;

  const radius = () => metres[Number(slider.value)];
  const mode = () => modes.find((one) => one.checked).value;

  function label() {
    const said = say("metres", { n: radius() });
    element.querySelector("[data-radius]").textContent = said;
    slider.setAttribute("aria-valuetext", said);
  }

  function send() {
    label();
    keep({ radius_m: radius() === USUAL_M ? "" : radius(), mode: mode() === "raw" ? "" : mode() });
    tell("map:settings", { radius_m: String(radius()), mode: mode() });
  }

  function begin() {
    const wanted = Number(asked("radius_m")) || USUAL_M;
    const distance = (place) => Math.abs(metres[place] - wanted);
    slider.value = String([...metres.keys()].reduce((best, place) => (distance(place) < distance(best) ? place : best)));
    (modes.find((one) => one.value === asked("mode")) ?? modes[0]).checked = true;
  }

  const soon = later(send, 200);
  slider.addEventListener("input", () => { label(); soon(); });
  for (const one of modes) one.addEventListener("change", send);
  element.closest("form").addEventListener("reset", () => setTimeout(() => { slider.value = String(metres.indexOf(USUAL_M)); send(); }));
  begin();
  hear("map:view", () => { if (!isTold) send(); isTold = true; });
}
