import { hear, say, tell } from "../page.js";
import { now } from "../tablet/clock.js";
import * as field from "../tablet/field.js";
import { Refused, put } from "../tablet/outbox.js";
import { dropPhotos } from "../tablet/photos.js";
import { last } from "../tablet/place.js";
import { pref, setPref } from "../tablet/store.js";
import { check } from "../tablet/work/check.js";
import { drawn, fieldsOf, valuesOf } from "../tablet/work/fields.js";
import { holders, remember } from "../tablet/work/people.js";
import { photosIn } from "../tablet/work/shots.js";
import { recordOf } from "../tablet/work/record.js";

const DIRECT = ["take"]; // one touch is enough

/**
 * The form of one act: made from what the loop asks for, kept while it is filled in, put into the outbox.
 *
 * Hears `work:act` `{issue, row}` and `field:work`; tells `work:put` `{title}`.
 * Children: `[data-form]`, `[data-title]`, `[data-about]`, `[data-fields]`, `[data-problem]`, `[data-send]`, `[data-shut]`.
 * @param {HTMLDialogElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  let [act, asking, saving, isNew] = [null, false, false, false];

  async function open({ issue, row }) {
    if (DIRECT.includes(row.action)) { await send({ issue, row }, {}, []); return; }
    const key = `draft.act.${issue.uid}.${row.action}`;
    const needs = [...row.requires, ...row.takes];
    const [kept, people] = [await pref(key), needs.includes("holder") ? await holders(issue.number) : []];
    const about = { issue, ground: field.ground(), holders: people, now: now() };
    act = { issue, row, key, fields: fieldsOf(row, about), ids: [...(kept?.photos ?? [])], limits: about.ground?.limits };
    part("title").textContent = `${row.name} · ${issue.category.name}`;
    part("about").textContent = say(`about_${row.action}`) === `about_${row.action}` ? "" : say(`about_${row.action}`);
    part("kept").hidden = !kept;
    part("send").textContent = row.name;
    complain(needs.includes("holder") && !people.length ? say("work_no_people") : "");
    await draw(kept?.values ?? {});
    element.showModal();
    element.scrollTop = 0;
  }

  async function draw(values) {
    part("fields").replaceChildren(...act.fields.map((one) => drawn(template, one, values[one.name])));
    const photos = part("fields").querySelector("[data-field=photos]");
    const refuse = (words) => mend("photos", words);
    if (photos) await photosIn(photos, template, { ids: act.ids, changed: keepNow, refuse, most: act.limits?.photos ?? 9 });
  }

  /** What is filled in outlives a killed tab: written at once, and again whenever more has come meanwhile. */
  async function keepNow() {
    isNew = true;
    if (saving) return;
    saving = true;
    while (isNew && act) {
      isNew = false;
      const values = valuesOf(part("form"), act.fields);
      await setPref(act.key, { values, photos: [...act.ids] }).catch(() => { /* A full disk; the form itself still holds it. */ });
    }
    saving = false;
  }

  function complain(words) {
    part("problem").textContent = words;
    part("problem").hidden = !words;
  }

  function mend(name, words) {
    const one = part("fields").querySelector(`[data-field="${name}"]`);
    const below = one.querySelector(".field-error");
    below.textContent = words;
    below.hidden = !words;
    below.id = `w-${name}-wrong`;
    const control = one.querySelector("input, textarea, select");
    control.setAttribute("aria-invalid", String(Boolean(words)));
    if (words) control.setAttribute("aria-describedby", below.id);
  }

  async function submit(event) {
    event.preventDefault();
    if (asking) return;
    if (part("fields").querySelector("[data-busy]:not([hidden])")) { complain(say("work_photo_busy")); return; }
    const values = valuesOf(part("form"), act.fields);
    const { given, wrong } = check(act.fields, values, { issue: act.issue, now: now(), photos: act.ids, limits: act.limits });
    for (const one of act.fields) mend(one.name, wrong[one.name] ?? "");
    const [first] = Object.keys(wrong);
    complain(first ? Object.values(wrong).join(" ") : "");
    if (first) { part("problem").focus(); return; }
    const { key } = act;
    if (!await send(act, given, act.ids)) return;
    act = null;
    element.close();
    await setPref(key, undefined);
  }

  /** Put it into the outbox; a refusal by the device is said, and the form stays as it is. */
  async function send({ issue, row }, given, ids) {
    asking = true;
    try {
      const title = say("work_title", { action: row.name, category: issue.category.name });
      await put(recordOf({ issue, row, given, photos: ids, place: last(), title }));
      tell("work:put", { title });
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (element.open) complain(error.message);
      else tell("work:refused", { words: error.message });
      return false;
    } finally {
      asking = false;
    }
  }

  async function anew() {
    const { key, ids } = act;
    await dropPhotos(ids.splice(0));
    await setPref(key, undefined);
    part("kept").hidden = true;
    complain("");
    await draw({});
  }

  part("form").addEventListener("submit", submit);
  part("form").addEventListener("input", keepNow);
  part("shut").addEventListener("click", () => element.close());
  part("anew").addEventListener("click", anew);
  hear("work:act", open);
  hear("field:work", ({ issues, isStale }) => {
    const held = issues.find((one) => one.mine);
    if (held && !isStale && field.isReachable()) remember(held.number).catch(() => { /* Asked again another time. */ });
  });
}
