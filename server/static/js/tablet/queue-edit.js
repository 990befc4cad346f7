/** The words of a record put otherwise, before it is sent or after it was refused. */

import { hear, say } from "../page.js";
import { stamp } from "../stamp.js";
import { edit } from "./outbox.js";
import { SAID } from "./step.js";

/**
 * Make what opens the form. While it stands open the record may go: what went is not sent again, and this is said.
 *
 * Hears `outbox:changed`.
 * @param {HTMLElement} element with `dialog[data-edit]` and `template[data-kind=field]`
 * @returns {(row: Object) => void}
 */
export function editing(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = element.querySelector("template[data-kind=field]");
  let [row, fields] = [null, []];

  async function save() {
    const steps = structuredClone(row.steps.filter((step) => !step.done));
    for (const { key, name, area } of fields) {
      if (!area.value.trim()) return complain(say("queue_edit_empty"));
      holderOf(steps.find((step) => step.key === key))[name] = area.value.trim();
    }
    try {
      await edit(row.id, { steps });
    } catch (error) {
      return complain(error.message);
    }
    return part("edit").close();
  }

  function complain(words) {
    part("edit-problem").textContent = words;
    part("edit-problem").hidden = !words;
  }

  hear("outbox:changed", ({ rows }) => {
    if (!part("edit").open) return;
    const now = rows.find((one) => one.id === row.id);
    const isThere = fields.every(({ key }) => now?.steps.some((step) => step.key === key && !step.done));
    if (isThere) row = now;
    else complain(say("queue_went"));
    part("save").disabled = !isThere;
  });
  part("save").addEventListener("click", save);
  return (given) => {
    row = given;
    fields = row.steps.filter((step) => !step.done).flatMap(fieldsOf).map((one) => ({ ...one, ...drawn(template, one) }));
    part("fields").replaceChildren(...fields.map((one) => one.made));
    part("edit-title").textContent = row.title;
    complain("");
    part("save").disabled = false;
    part("edit").showModal();
  };
}

const holderOf = (step) => (step.kind === "act" ? step.given : step.body);

function fieldsOf(step) {
  const [names, said] = [step.kind === "act" ? SAID : step.kind === "photos" ? [] : ["description", "words", "text"], holderOf(step) ?? {}];
  const isSaid = (name) => typeof said[name] === "string" && (said[name] || step.kind === "act");
  return names.filter(isSaid).map((name) => ({ key: step.key, name, words: said[name] }));
}

function drawn(template, { name, words }) {
  const made = stamp(template, { name: say(`queue_field_${name}`) }).firstElementChild;
  const area = made.querySelector("textarea");
  area.value = words;
  return { made, area };
}
