import { hear } from "../page.js";
import { outline, stamp } from "../stamp.js";
import { change, draft } from "../tablet/draft.js";
import * as field from "../tablet/field.js";

const SYMBOLS = {
  patrol: "walk", visit: "door", hotline: "phone-call", phone: "phone", wechat: "brand-wechat", box: "inbox",
  talk_day: "messages", online: "world", enterprise: "building-store", inspection: "clipboard-search",
};

/**
 * How the person came to know: the sources as tiles.
 *
 * Hears `field:ground` and `report:draft`. Children: `[data-sources]` and a `<template>`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const tiles = element.querySelector("[data-sources]");

  function tile(source) {
    const made = stamp(element.querySelector("template"), source);
    const input = made.querySelector("input");
    made.querySelector("[data-icon]").replaceWith(outline(SYMBOLS[source.code] ?? "dots"));
    input.value = source.code;
    input.addEventListener("change", () => change({ source: source.code }));
    return made;
  }

  function mark() {
    for (const input of tiles.querySelectorAll("input")) input.checked = input.value === draft().source;
  }

  function known(ground) {
    if (!ground) return;
    tiles.replaceChildren(...ground.sources.map(tile));
    mark();
  }

  hear("field:ground", known);
  hear("report:draft", ({ changed }) => { if (changed.includes("source")) mark(); });
  known(field.ground());
}
