import { hear, hearNow, say, tell } from "../page.js";
import { aside, begin, change, draft, forget, isOwn, isWorth, ready, resume } from "../tablet/draft.js";
import * as field from "../tablet/field.js";
import { all, put } from "../tablet/outbox.js";
import { dropPhotos } from "../tablet/photos.js";
import { remember } from "../tablet/recents.js";
import { lackOf, recordOf } from "../tablet/report.js";

const RESIDENT = ["reporter_name", "reporter_phone"];

/**
 * "Report on the spot": one form, one record of the outbox, put in once however often it is tapped.
 *
 * Hears `tablet:report` `{visit?, place?, category?}`, `field:ground`, `field:person`, `field:nobody`, `report:where`,
 * `report:draft`, `report:again`;
 * tells `report:put`. Children: `[data-lack]`, `[data-kept]` with `[data-kept-words]` and `[data-discard]`, `[data-from-visit]`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [isSending, hasAsked, cell, lack, taking] = [false, false, null, "", null];

  function complain(words, about = "") {
    lack = about;
    part("lack").textContent = words;
    part("lack").hidden = !words;
  }

  function forgetResident() {
    for (const name of RESIDENT) element.elements[name].value = "";
    element.querySelector(".r-resident").open = false;
  }

  /** Nobody sees or sends what another began. */
  function leaveIt() {
    forgetResident();
    complain("");
    part("kept").hidden = true;
    hasAsked = false;
    forget();
    tell("report:again");
  }

  async function send() {
    await ready(); // a photo may still be on its way into the draft
    if (!isOwn()) { leaveIt(); return; }
    const found = lackOf(draft());
    complain(found && say(found), found);
    if (found) return;
    const [name, phone] = RESIDENT.map((one) => element.elements[one].value);
    const { category } = draft();
    const known = field.ground()?.categories.find((one) => one.code === category);
    const record = await put(recordOf(draft(), { name, phone }, known?.name ?? category, cell));
    forgetResident();
    part("kept").hidden = true;
    element.hidden = true;
    tell("report:put", record);
    await remember(category).catch(() => { /* It is a convenience. */ });
    await begin();
    hasAsked = false;
    await takeUp();
  }

  function takeUp() {
    if (!hasAsked && field.ground()) taking = taken();
    return taking;
  }

  async function taken() {
    hasAsked = true;
    const isSent = async (id) => (await all()).some((row) => row.id === id);
    const isThere = await resume(isSent).catch(() => false);
    part("kept").hidden = !isThere;
    part("kept-words").textContent = isThere && draft().hadReporter ? say("report_resident_again") : "";
  }

  /** Begin from a visit or a place; what was begun before waits its turn. */
  async function prefill({ visit = null, place = null, category = "" }) {
    try {
      await takeUp();
      if (isWorth()) await aside();
    } catch {
      location.hash = "#report";
      complain(say("report_one_first"));
      return;
    }
    const at = new Date().toISOString();
    const spot = place?.lon === undefined ? null : { lon: place.lon, lat: place.lat, accuracy_m: null, by: "hand", at };
    change({
      visit, source: visit ? "visit" : draft().source, category, ...(spot && { place: spot }), place_text: place?.name ?? "",
    });
    forgetResident();
    part("kept").hidden = true;
    tell("report:again");
    location.hash = "#report";
  }

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    element.setAttribute("aria-busy", "true");
    try {
      await send();
    } catch (error) {
      complain(error.message);
    } finally {
      isSending = false;
      element.removeAttribute("aria-busy");
    }
  });
  element.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); });
  for (const name of RESIDENT) {
    element.elements[name].addEventListener("input", () => { if (!draft().hadReporter) change({ hadReporter: true }); });
  }
  part("discard").addEventListener("click", async () => {
    const { photos, after } = draft();
    part("kept").hidden = true;
    forgetResident();
    complain("");
    await begin();
    await dropPhotos([...photos, ...after]).catch(() => { /* They are swept later. */ });
    hasAsked = false;
    await takeUp();
  });
  hear("report:where", ({ where }) => { cell = where?.cell ?? null; });
  hear("report:draft", () => {
    if (lack && lackOf(draft()) !== lack) complain("");
    part("from-visit").hidden = !draft().visit;
  });
  hear("report:again", () => { element.hidden = false; element.closest("[data-view]").scrollTop = 0; });
  hearNow("tablet:report", prefill);
  for (const name of ["field:person", "field:nobody"]) hear(name, leaveIt);
  hear("field:ground", takeUp);
  takeUp();
}
