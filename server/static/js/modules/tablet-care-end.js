import { hear, say, tell } from "../page.js";
import { put } from "../tablet/outbox.js";
import { isTurned } from "../tablet/owner.js";

/**
 * Somebody is looked in on no more: asked once, since their words are gone then.
 *
 * Hears `visits:part`; tells `visits:go`. Children: `[data-who]`, `[data-lack]` and the form's `why`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const lack = element.querySelector("[data-lack]");
  let care = null;

  function complain(words) {
    lack.textContent = words;
    lack.hidden = !words;
  }

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const why = element.elements.why.value;
    complain(why ? "" : say("care_need_why"));
    if (!why || isTurned()) return;
    const step = { kind: "care_end", of: care.uid, body: { why } };
    try {
      await put({ title: say("care_end_title"), subject: { uid: care.uid, number: null }, steps: [step] });
      tell("visits:go", { part: "home", said: say("care_end_kept") });
    } catch (error) {
      complain(error.message);
    }
  });
  hear("visits:part", (wish) => {
    care = wish.part === "end" ? wish.care : null;
    complain("");
    element.querySelector("[data-who]").textContent = care ? say("visit_to", { who: care.who, where: care.where }) : "";
  });
}
