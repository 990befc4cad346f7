import { hear, say } from "../page.js";
import { stamp } from "../stamp.js";
import { change, draft, during } from "../tablet/draft.js";
import { dropPhotos, newPhoto, urlOf } from "../tablet/photos.js";

const MOST = 9; // of one step, see server/services/attachments.py

/**
 * Photos of the report being written: taken, shown small, taken out again. `data-field` names the draft's list.
 *
 * Hears `report:draft`. Children: `[data-camera]`, `[data-album]`, `[data-rows]`, `[data-problem]` and a `<template>`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const field = element.dataset.field;
  let shown = "";

  function complain(words) {
    part("problem").textContent = words;
    part("problem").hidden = !words;
  }

  async function take(files) {
    complain("");
    element.classList.add("is-busy");
    const id = draft().id;
    try {
      for (const file of files) {
        if (draft()[field].length >= MOST) throw new Error(say("photo_most", { most: MOST }));
        const photo = await newPhoto(file);
        if (draft().id === id) change({ [field]: [...draft()[field], photo] });
        else await dropPhotos([photo]); // sent or given up meanwhile
      }
    } catch (error) {
      complain(error.message);
    } finally {
      element.classList.remove("is-busy");
    }
  }

  async function row(id) {
    const made = stamp(element.querySelector("template"), {});
    const url = await urlOf(id).catch(() => null);
    if (url) made.querySelector("[data-picture]").src = url;
    made.querySelector("[data-remove]").addEventListener("click", () => {
      change({ [field]: draft()[field].filter((one) => one !== id) });
      dropPhotos([id]).catch(() => { /* It is swept later. */ });
    });
    return made;
  }

  async function show() {
    const ids = draft()[field];
    if (ids.join() === shown) return;
    shown = ids.join();
    const rows = await Promise.all(ids.map(row));
    if (ids.join() === shown) part("rows").replaceChildren(...rows);
  }

  for (const input of element.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // the same picture may be taken again
      during(take(files));
    });
  }
  hear("report:draft", show);
  show();
}
