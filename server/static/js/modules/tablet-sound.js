import { say } from "../page.js";
import { chime, isOn, turn } from "../tablet/chime.js";

/**
 * The switch of the sound for new tasks, kept on this device; switched on, it sounds once.
 * @param {HTMLButtonElement} element with `[data-words]`
 */
export function mount(element) {
  const show = () => {
    element.setAttribute("aria-pressed", String(isOn()));
    element.querySelector("[data-words]").textContent = say(isOn() ? "sound_on" : "sound_off");
  };
  element.addEventListener("click", () => {
    turn(!isOn());
    if (isOn()) chime();
    show();
  });
  show();
}
