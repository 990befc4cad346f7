/** The photos of a form: taken or chosen, made small on the device, shown, taken out again. */

import { say } from "../../page.js";
import { stamp } from "../../stamp.js";
import { Refused, newPhoto } from "../outbox.js";
import { dropPhotos, urlOf } from "../photos.js";

/**
 * Let a field hold photos.
 * @param {HTMLElement} field as drawn
 * @param {(kind: string) => HTMLTemplateElement} template
 * @param {{ids: string[], changed: () => void, refuse: (words: string) => void, most: number}} hold `ids` is changed in place
 */
export function photosIn(field, template, { ids, changed, refuse, most }) {
  const [row, busy] = [field.querySelector("[data-pictures]"), field.querySelector("[data-busy]")];

  async function show() {
    const made = await Promise.all(ids.map(async (id, at) => {
      const figure = stamp(template("taken"), {}).firstElementChild;
      const [image, away] = [figure.querySelector("img"), figure.querySelector("button")];
      image.src = (await urlOf(id)) ?? "";
      image.alt = say("work_photo_nth", { n: at + 1 });
      away.setAttribute("aria-label", say("work_photo_out", { n: at + 1 }));
      away.addEventListener("click", () => out(id));
      return figure;
    }));
    row.replaceChildren(...made);
  }

  async function out(id) {
    ids.splice(ids.indexOf(id), 1);
    changed();
    await show();
    await dropPhotos([id]);
  }

  async function take(input) {
    const files = [...input.files];
    input.value = "";
    refuse("");
    busy.hidden = false;
    try {
      for (const file of files) {
        if (ids.length >= most) { refuse(say("work_many_photos", { n: files.length + ids.length, most })); break; }
        ids.push(await newPhoto(file));
        changed();
        await show();
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refuse(error.message);
    } finally {
      busy.hidden = true;
    }
  }

  for (const input of field.querySelectorAll("input[type=file]")) input.addEventListener("change", () => take(input));
  return show();
}
