import { hear, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { ground } from "../tablet/field.js";
import { last, unwatch, watch } from "../tablet/place.js";
import * as patrol from "../tablet/patrol.js";
import { put } from "../tablet/outbox.js";
import { placesBy, whereOf } from "../tablet/report.js";
import { pref, setPref } from "../tablet/store.js";
import { freshUid } from "../tablet/uid.js";

const KEPT = ["kind", "subject", "result", "where", "text", "households"];
const STALE_MS = 120_000;

/**
 * A visit written down: where, to whom, how it went; with a problem found, the report follows at once.
 *
 * Hears `visits:part`, `field:place`, `field:ground`; tells `visits:go`, `tablet:report`.
 * Children: `[data-cell]`, `[data-near]` with a `<template>`, `[data-care]`, `[data-lack]`, `[data-report]`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const fields = element.elements;
  let [care, place, isOn, isSending] = [null, null, false, false];

  const fresh = () => { const here = last(); return here && Date.now() - new Date(here.at) < STALE_MS ? here : null; };
  const given = () => Object.fromEntries(KEPT.map((name) => [name, fields[name].value.trim?.() ?? ""]));
  const keep = () => setPref("visit.draft", { ...given(), care, place }).catch(() => { /* Kept with the next letter. */ });

  function complain(words) {
    part("lack").textContent = words;
    part("lack").hidden = !words;
  }

  function near() {
    const here = fresh();
    const found = here && whereOf(here, ground());
    part("cell").textContent = care ? care.cell.name : found?.cell?.name ?? say(here ? "no_cell" : "visit_no_place");
    const places = here && !care ? placesBy(here, ground()) : [];
    part("near").replaceChildren(...places.map((one) => {
      const made = stamp(part("near-row"), { name: one.name });
      made.querySelector("button").addEventListener("click", () => { place = one; fields.where.value = one.name; keep(); });
      return made;
    }));
  }

  function fill(draft) {
    for (const name of KEPT) if (draft[name] !== undefined && draft[name] !== "") fields[name].value = draft[name];
    [care, place] = [draft.care ?? null, draft.place ?? null];
    part("care").hidden = !care;
    part("care-words").textContent = care ? say("visit_to", { who: care.who, where: care.where }) : "";
    for (const one of element.querySelectorAll("[data-but-care]")) one.hidden = Boolean(care);
  }

  async function begin(wish) {
    element.reset();
    complain("");
    fill(wish.care ? { kind: "care", subject: "household", care: wish.care } : (await pref("visit.draft").catch(() => null)) ?? {});
    watch("visit");
    near();
  }

  function bodyOf(uid) {
    const { kind, subject, result, where, text, households } = given();
    const here = fresh();
    const spot = care ? { care: care.uid } : here ? { lon: here.lon, lat: here.lat, accuracy_m: here.accuracy_m }
      : place ? { place: place.id } : { cell: ground()?.cells.find((cell) => cell.own)?.code ?? "" };
    return { uid, kind, subject, result, text, where: care ? "" : where, ...spot,
      ...(households === "" ? {} : { households: Number(households) }), ...(patrol.current() ? { patrol: patrol.current().uid } : {}) };
  }

  function lackOf() {
    const { kind, subject, result, where, households } = given();
    if (!kind || !subject) return "visit_need_kind";
    if (!result) return "visit_need_result";
    if (!care && !where && !fresh()) return "visit_need_where";
    return households !== "" && !(Number.isInteger(Number(households)) && Number(households) >= 0) ? "visit_need_number" : "";
  }

  async function send(isReported) {
    const lack = lackOf();
    complain(lack && say(lack));
    if (lack || isSending) return;
    isSending = true;
    try {
      const body = bodyOf(freshUid());
      const title = say("visit_title", { where: care ? care.cell.name : body.where || part("cell").textContent });
      await put({ title, subject: { uid: body.uid, number: null }, steps: [{ kind: "visit", body }] });
      await setPref("visit.draft", undefined);
      const here = fresh();
      tell("visits:go", { part: "home", said: say("visit_kept") });
      if (isReported) tell("tablet:report", { visit: body.uid, place: place ?? (here && { lon: here.lon, lat: here.lat, name: body.where }) });
    } catch (error) {
      complain(error.message);
    }
    isSending = false;
  }

  element.addEventListener("input", keep);
  element.addEventListener("submit", (event) => { event.preventDefault(); send(event.submitter?.value === "report"); });
  element.addEventListener("change", () => { part("report").hidden = fields.result.value !== "issue"; });
  hear("visits:part", (wish) => { isOn = wish.part === "visit"; if (isOn) begin(wish); else unwatch("visit"); });
  hear("tablet:view", (view) => { if (view !== "visits") unwatch("visit"); else if (isOn) watch("visit"); });
  hear("field:place", () => { if (isOn) near(); });
}
