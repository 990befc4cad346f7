import { hear, say, tell } from "../page.js";
import { put } from "../tablet/outbox.js";

/**
 * Somebody is looked in on no more: asked once, since their words are gone then.
 *
 * Hears `visits:part`; tells `visits:go`. Children: `[data-who]`, `[data-lack]` and the form's `why`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const lack = element.querySelector("[data-lack]");
  let care = null;

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const why = element.elements.why.value;
    lack.hidden = Boolean(why);
    lack.textContent = why ? "" : say("care_need_why");
    if (!why) return;
    try {
      await put({ title: say("care_end_title"), subject: { uid: care.uid, number: null }, steps: [{ kind: "care_end", of: care.uid, body: { why } }] });
      tell("visits:go", { part: "home", said: say("care_end_kept") });
    } catch (error) {
      lack.textContent = error.message;
      lack.hidden = false;
    }
  });
  hear("visits:part", (wish) => {
    if (wish.part !== "end") return;
    care = wish.care;
    element.reset();
    lack.hidden = true;
    element.querySelector("[data-who]").textContent = say("visit_to", { who: care.who, where: care.where });
  });
}
