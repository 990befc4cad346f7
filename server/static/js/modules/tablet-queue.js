import { Problem, postJson } from "../api.js";
import { hear, page, say, tell } from "../page.js";
import { stamp } from "../stamp.js";

/**
 * Reports on their way: kept on this device until the server has them, shown with the reason and a retry.
 *
 * A refusal of the content (4xx) goes back to the form; without an answer the report stays here. The key is
 * made once per report, so a retry never makes a second issue.
 * Hears `tablet:send`; tells `tablet:sent`, `tablet:settled`, `tablet:queue`. `[data-rows]` and a `<template>`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const name = `wangge.queue.${page.person}`;
  const rows = element.querySelector("[data-rows]");
  const template = element.querySelector("template");
  let waiting = JSON.parse(localStorage.getItem(name) || "[]");

  function keep(changed) {
    waiting = changed;
    localStorage.setItem(name, JSON.stringify(waiting));
    rows.replaceChildren(...waiting.map(row));
    tell("tablet:queue", waiting.length);
  }

  function row(item) {
    const made = stamp(template, { title: say("unsent", { title: item.title }), why: item.why });
    made.querySelector("[data-retry]").addEventListener("click", (event) => { event.target.disabled = true; send(item); });
    return made;
  }

  async function send(item) {
    const others = () => waiting.filter((one) => one.key !== item.key); // asked late: several may be on their way
    try {
      const issue = await postJson(page.urls.issues, item.body, item.key);
      keep(others());
      tell("tablet:settled", { isRefused: false });
      tell("tablet:sent", issue);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const isRefused = [400, 413, 422].includes(error.status);
      const words = [error.message, ...error.errors.map((one) => one.detail)].join(" ");
      keep(isRefused ? others() : [...others(), { ...item, why: words }]);
      if (!isRefused) element.scrollIntoView({ block: "center" });
      tell("tablet:settled", { isRefused, words });
    }
  }

  hear("tablet:send", (item) => { keep([...waiting, { ...item, why: say("sending") }]); send(item); });
  addEventListener("online", () => waiting.forEach(send));
  keep(waiting);
}
