/** The photos of an issue: the server's while it can be reached, the device's own until they are sent. */

import { say } from "../../page.js";
import { stamp } from "../../stamp.js";
import { moment } from "../../times.js";
import { urlOf } from "../photos.js";
import { mount as enlarge } from "../../modules/lightbox.js";

const KINDS = ["before", "after", "other"];

/** Photos that wait on the device, `{kind, id, at}`. */
export function unsent(rows) {
  return rows.filter((row) => row.state !== "done").flatMap((row) => row.steps
    .filter((step) => step.kind === "photos" && !step.done)
    .flatMap((step) => step.photos.map((id) => ({ kind: step.what, id, at: row.at }))));
}

/**
 * Fill the section of photos; hidden when there are none.
 * @param {HTMLElement} section with `[data-pictures]`
 * @param {(kind: string) => HTMLTemplateElement} template
 * @param {{photos: Array, own: Array, isReachable: boolean}} what
 */
export async function showPhotos(section, template, { photos, own, isReachable }) {
  const groups = KINDS.map((kind) => ({
    kind, told: photos.filter((one) => one.kind === kind), waiting: own.filter((one) => one.kind === kind),
  })).filter((group) => group.told.length + group.waiting.length);
  section.hidden = groups.length === 0;
  for (const { kind, told, waiting } of groups) {
    const made = stamp(template("pictures"), { title: say(`work_photo_${kind}`) });
    const row = made.querySelector("[data-row]");
    for (const one of told) row.append(isReachable ? seen(template, one) : unseen(template, one, say("work_photo_away")));
    for (const one of waiting) row.append(await waits(template, one));
    section.querySelector("[data-pictures]").append(made);
  }
  enlarge(section);
}

const caption = (one) => [moment(one.at), one.who].filter(Boolean).join(" · ");

function seen(template, one) {
  const made = stamp(template("picture"), { url: one.url, words: caption(one) });
  const [figure, image] = [made.querySelector("figure"), made.querySelector("img")];
  image.alt = `${say(`work_photo_${one.kind}`)} · ${caption(one)}`;
  image.addEventListener("error", () => figure.replaceWith(unseen(template, one, say("work_photo_away"))), { once: true });
  image.src = one.thumb_url;
  return made;
}

function unseen(template, one, why) {
  return stamp(template("unseen"), { why, words: caption(one) });
}

async function waits(template, { kind, id, at }) {
  const url = await urlOf(id);
  const words = `${say("work_photo_waits")} · ${moment(at)}`;
  if (!url) return stamp(template("unseen"), { why: say("work_photo_gone"), words });
  const made = stamp(template("picture"), { url, words });
  const image = made.querySelector("img");
  image.alt = `${say(`work_photo_${kind}`)} · ${words}`;
  image.src = url;
  return made;
}
