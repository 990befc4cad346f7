import { hear, page, say } from "../page.js";
import { change, draft } from "../tablet/draft.js";
import { dictation } from "../tablet/speech.js";

/**
 * Words typed or spoken into one field of the draft, named by `data-field`.
 *
 * Spoken words are set behind those that stand there. Where the browser cannot listen, the keyboard's own microphone is
 * pointed at. Hears `report:draft`. Children: a `<textarea>`, `[data-speak]`, `[data-said]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const [area, button] = [element.querySelector("textarea"), part("speak")];
  const field = element.dataset.field;
  let [listening, before] = [null, ""];

  function hint(words) {
    part("said").textContent = words;
    part("said").hidden = !words;
  }

  function put(words) {
    area.value = (before + words).slice(0, area.maxLength);
    change({ [field]: area.value });
  }

  function ended(why) {
    listening = null;
    button.setAttribute("aria-pressed", "false");
    hint(why ? say(`speech_${why}`) : "");
    if (why === "keyboard") area.focus();
  }

  async function begin() {
    before = area.value && !/[\s，。；、]$/.test(area.value) ? `${area.value}${page.language === "en" ? " " : "，"}` : area.value;
    listening = await dictation({ language: page.language === "en" ? "en-US" : "zh-CN", heard: put, ended });
    if (!listening) return;
    button.setAttribute("aria-pressed", "true");
    hint(say("speech_listening"));
  }

  area.value = draft()[field];
  button.addEventListener("click", () => (listening ? listening.stop() : begin()));
  area.addEventListener("input", () => change({ [field]: area.value }));
  hear("report:draft", ({ changed }) => {
    if (changed.includes("id")) listening?.stop();
    if (changed.includes(field) && area.value !== draft()[field]) area.value = draft()[field];
  });
}
