import { hear, hearNow, say, tell } from "../page.js";
import { keyOf } from "../tablet/begun.js";
import { now } from "../tablet/clock.js";
import * as field from "../tablet/field.js";
import { Refused, all, put } from "../tablet/outbox.js";
import { dropPhotos } from "../tablet/photos.js";
import { waitsFor } from "../tablet/pending.js";
import { last } from "../tablet/place.js";
import { pref, setPref, whoami } from "../tablet/store.js";
import { check } from "../tablet/work/check.js";
import { drawn, faulted, fieldsOf, valuesOf } from "../tablet/work/fields.js";
import { holders, remember } from "../tablet/work/people.js";
import { photosIn } from "../tablet/work/shots.js";
import { recordOf } from "../tablet/work/record.js";

const DIRECT = ["take"]; // one touch is enough
const TAP_MS = 1000; // two touches within it are one

/**
 * The form of one act: made from what the loop asks for, kept while it is filled in, put into the outbox.
 *
 * Hears `work:act` `{issue, row}`, `field:work`, `field:person`, `field:nobody`; tells `work:put` `{title}`.
 * Children: `[data-form]`, `[data-title]`, `[data-about]`, `[data-fields]`, `[data-problem]`, `[data-send]`, `[data-shut]`.
 * @param {HTMLDialogElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  let [act, asking, saving, isNew, tapped] = [null, false, false, false, {}];

  async function open({ issue, row }) {
    if (DIRECT.includes(row.action)) { await direct(issue, row); return; }
    const [key, owner] = [keyOf(issue, row.action), whoami()?.uid];
    const needs = [...row.requires, ...row.takes];
    const [kept, people] = [await pref(key), needs.includes("holder") ? await holders(issue.number) : []];
    const about = { issue, ground: field.ground(), holders: people, now: now() };
    if (whoami()?.uid !== owner) return;
    act = { issue, row, key, owner, fields: fieldsOf(row, about), ids: [...(kept?.photos ?? [])], limits: about.ground?.limits };
    part("title").textContent = `${row.name} · ${issue.category.name}`;
    part("about").textContent = say(`about_${row.action}`) === `about_${row.action}` ? "" : say(`about_${row.action}`);
    part("kept").hidden = !kept;
    part("send").textContent = row.name;
    complain(needs.includes("holder") && !people.length ? say("work_no_people") : "");
    await draw(kept?.values ?? {});
    if (act?.owner !== whoami()?.uid) return;
    element.showModal();
    element.scrollTop = 0;
  }

  /** Once, however often it is touched before it is drawn anew. */
  async function direct(issue, row) {
    if (asking || (tapped.uid === issue.uid && performance.now() - tapped.at < TAP_MS)) return;
    asking = true;
    const waits = waitsFor(await all(), issue, row.action);
    asking = false;
    if (!waits && await send({ issue, row, owner: whoami()?.uid }, {}, [])) tapped = { uid: issue.uid, at: performance.now() };
  }

  async function draw(values) {
    part("fields").replaceChildren(...act.fields.map((one) => drawn(template, one, values[one.name])));
    const photos = part("fields").querySelector("[data-field=photos]");
    const refuse = (words) => faulted(photos, "photos", words);
    if (photos) await photosIn(photos, template, { ids: act.ids, changed: keepNow, refuse, most: act.limits?.photos ?? 9 });
  }

  /** What is filled in outlives a killed tab: written at once, and again whenever more has come meanwhile. */
  async function keepNow() {
    isNew = true;
    if (saving) return;
    saving = true;
    while (isNew && act && act.owner === whoami()?.uid) {
      isNew = false;
      const values = valuesOf(part("form"), act.fields);
      const kept = setPref(act.key, { values, photos: [...act.ids], at: now().toISOString() });
      await kept.catch(() => { /* A full disk; the form itself still holds it. */ });
    }
    saving = false;
  }

  function complain(words) {
    part("problem").textContent = words;
    part("problem").hidden = !words;
  }

  async function submit(event) {
    event.preventDefault();
    if (asking) return;
    if (part("fields").querySelector("[data-busy]:not([hidden])")) { complain(say("work_photo_busy")); return; }
    const values = valuesOf(part("form"), act.fields);
    const { given, wrong } = check(act.fields, values, { issue: act.issue, now: now(), photos: act.ids, limits: act.limits });
    const field = (name) => part("fields").querySelector(`[data-field="${name}"]`);
    for (const { name } of act.fields) faulted(field(name), name, wrong[name] ?? "");
    const [first] = Object.keys(wrong);
    complain(first ? Object.values(wrong).join(" ") : "");
    if (first) { part("problem").focus(); return; }
    if (act.owner !== whoami()?.uid) { leaveIt(); return; }
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

  /** What was begun is its writer's alone. */
  function leaveIt() {
    [act, tapped] = [null, {}];
    if (element.open) element.close();
    for (const name of ["fields", "title", "about"]) part(name).replaceChildren();
    complain("");
  }

  part("form").addEventListener("submit", submit);
  part("form").addEventListener("input", keepNow);
  part("shut").addEventListener("click", () => element.close());
  part("anew").addEventListener("click", anew);
  hear("work:act", open);
  for (const name of ["field:person", "field:nobody"]) hear(name, leaveIt);
  hearNow("field:work", ({ issues, isStale }) => {
    const held = issues.find((one) => one.mine);
    if (held && !isStale && field.isReachable()) remember(held.number).catch(() => { /* Asked again another time. */ });
  });
}
