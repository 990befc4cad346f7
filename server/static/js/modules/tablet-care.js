import { hear, page, say, tell } from "../page.js";
import { now } from "../tablet/clock.js";
import { ground } from "../tablet/field.js";
import { here } from "../tablet/here.js";
import { put } from "../tablet/outbox.js";
import { isTurned } from "../tablet/owner.js";
import { whereOf } from "../tablet/report.js";
import { freshUid } from "../tablet/uid.js";

/**
 * Somebody asks to be looked in on: only with their consent, and only what is needed for it.
 *
 * Hears `visits:part`, `field:ground`; tells `visits:go`. Children: `[data-lack]` and the form's fields.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const lack = element.querySelector("[data-lack]");
  const fields = element.elements;
  const mine = () => (ground()?.cells ?? []).filter((cell) => cell.own);

  function complain(words) {
    lack.textContent = words;
    lack.hidden = !words;
  }

  function begin() {
    fields.cell.replaceChildren(...mine().map((cell) => new Option(cell.name, cell.code)));
    const there = here() && whereOf(here(), ground()).cell;
    if (there?.own) fields.cell.value = there.code;
  }

  function missing() {
    if (!fields.who.value.trim()) return "care_need_who";
    if (!fields.where.value.trim()) return "care_need_where";
    if (!fields.cell.value) return "care_need_cell";
    return fields.consent.checked ? "" : "care_need_consent";
  }

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const word = missing();
    complain(word && say(word));
    if (word || isTurned()) return;
    const body = {
      uid: freshUid(), reason: fields.reason.value, every_days: Number(fields.every_days.value), who: fields.who.value.trim(),
      where: fields.where.value.trim(), wish: fields.wish.value.trim(), cell: fields.cell.value,
      consent_on: new Intl.DateTimeFormat("sv-SE", { timeZone: page.zone }).format(now()),
    };
    try {
      await put({ title: say("care_title"), subject: { uid: body.uid, number: null }, steps: [{ kind: "care", body }] });
      tell("visits:go", { part: "home", said: say("care_kept") });
    } catch (error) {
      complain(error.message);
    }
  });
  hear("visits:part", ({ part }) => { complain(""); if (part === "care") begin(); });
}
