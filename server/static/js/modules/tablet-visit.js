import { hear, hearNow, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { ground } from "../tablet/field.js";
import { here } from "../tablet/here.js";
import { put } from "../tablet/outbox.js";
import { isTurned } from "../tablet/owner.js";
import * as patrol from "../tablet/patrol.js";
import { unwatch, watch } from "../tablet/place.js";
import { placesBy, whereOf } from "../tablet/report.js";
import { freshUid } from "../tablet/uid.js";
import { begunOf, dropDraft, forgetDrafts, keepDraft } from "../tablet/visit-draft.js";

const KEPT = ["kind", "subject", "result", "where", "text", "households"];

/**
 * A visit written down: where, to whom, how it went; with a problem found, the report follows at once.
 *
 * Hears `visits:part`, `field:place`, `field:ground`; tells `visits:go`, `tablet:report`.
 * Children: `[data-cell]`, `[data-near]` with a `<template>`, `[data-care]`, `[data-begun]` with `[data-discard]`, `[data-lack]`,
 * `[data-report]`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const fields = element.elements;
  let [care, place, isOn, isSending, shown] = [null, null, false, false, 0];

  const given = () => Object.fromEntries(KEPT.map((name) => [name, fields[name].value.trim?.() ?? ""]));
  const keep = () => { keepDraft(care, { ...given(), place }).catch(() => { /* Kept with the next letter. */ }); };

  function complain(words) {
    part("lack").textContent = words;
    part("lack").hidden = !words;
  }

  function cellName() {
    return care ? care.cell.name : here() && whereOf(here(), ground()).cell?.name;
  }

  function near() {
    part("cell").textContent = cellName() ?? say(here() ? "no_cell" : "visit_no_place");
    const places = here() && !care ? placesBy(here(), ground()) : [];
    part("near").replaceChildren(...places.map((one) => {
      const made = stamp(part("near-row"), { name: one.name });
      made.querySelector("button").addEventListener("click", () => { place = one; fields.where.value = one.name; keep(); });
      return made;
    }));
  }

  function fill(draft) {
    element.reset();
    complain("");
    for (const name of KEPT) if (draft[name]) fields[name].value = draft[name];
    place = draft.place ?? null;
    part("begun").hidden = !draft.at;
    part("report").hidden = fields.result.value !== "issue";
    part("care").hidden = !care;
    part("care-words").textContent = care ? say("visit_to", { who: care.who, where: care.where }) : "";
    for (const one of element.querySelectorAll("[data-but-care]")) one.hidden = Boolean(care);
  }

  const blank = () => fill(care ? { kind: "care", subject: "household" } : {});

  async function show(wish) {
    isOn = wish.part === "visit";
    care = (isOn && wish.care) || null;
    blank();
    const turn = ++shown;
    if (!isOn) return unwatch("visit");
    watch("visit");
    near();
    const draft = await begunOf(care).catch(() => null);
    if (draft && turn === shown) fill({ ...draft, ...(care ? { kind: "care", subject: "household" } : {}) });
  }

  function bodyOf(uid) {
    const { kind, subject, result, where, text, households } = given();
    const at = here();
    const spot = care ? { care: care.uid }
      : at || place ? { ...(at && { lon: at.lon, lat: at.lat, accuracy_m: at.accuracy_m }), ...(place && { place: place.id }) }
        : { cell: ground()?.cells.find((cell) => cell.own)?.code ?? "" };
    return { uid, kind, subject, result, text, where: care ? "" : where, ...spot,
      ...(households === "" ? {} : { households: Number(households) }), ...(patrol.current() ? { patrol: patrol.current().uid } : {}) };
  }

  function lackOf() {
    const { kind, subject, result, where, households } = given();
    if (!kind || !subject) return "visit_need_kind";
    if (!result) return "visit_need_result";
    if (!care && !where && !here()) return "visit_need_where";
    return households !== "" && !(Number.isInteger(Number(households)) && Number(households) >= 0) ? "visit_need_number" : "";
  }

  /** By kind and cell: what is typed of a home stays in the visit, which leaves the device. */
  function titleOf() {
    const kind = element.querySelector("[name=kind]:checked").parentElement.textContent.trim();
    return cellName() ? say("visit_title", { kind, cell: cellName() }) : kind;
  }

  async function send(isReported) {
    const lack = lackOf();
    complain(lack && say(lack));
    if (lack || isSending || isTurned()) return;
    isSending = true;
    const [body, at, spot, whom] = [bodyOf(freshUid()), here(), place, care];
    try {
      await put({ title: titleOf(), subject: { uid: body.uid, number: null }, steps: [{ kind: "visit", body }] });
      await dropDraft(whom);
      tell("visits:go", { part: "home", said: say("visit_kept") });
      if (isReported) tell("tablet:report", { visit: body.uid, place: spot ?? (at && { lon: at.lon, lat: at.lat, name: body.where }) });
    } catch (error) {
      complain(error.message);
    }
    isSending = false;
  }

  element.addEventListener("input", ({ target }) => {
    if (isTurned()) return;
    if (target === fields.where && target.value.trim() !== place?.name) place = null; // it names another place now
    keep();
  });
  element.addEventListener("submit", (event) => { event.preventDefault(); send(event.submitter?.value === "report"); });
  element.addEventListener("change", () => { part("report").hidden = fields.result.value !== "issue"; });
  part("discard").addEventListener("click", () => { dropDraft(care).catch(() => {}); blank(); });
  hear("visits:part", show);
  hear("tablet:view", (view) => { if (view !== "visits") unwatch("visit"); else if (isOn) watch("visit"); });
  hear("field:place", () => { if (isOn) near(); });
  hearNow("field:ground", () => { forgetDrafts().catch(() => { /* The next time. */ }); });
}
