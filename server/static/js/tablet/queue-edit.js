/** The words of a record put otherwise, before it is sent or after it was refused. */

import { say } from "../page.js";
import { stamp } from "../stamp.js";
import { edit } from "./outbox.js";

const SAID = ["outcome", "reason", "text", "matter", "told"];

/**
 * Make what opens the form.
 * @param {HTMLElement} element with `dialog[data-edit]` and `template[data-kind=field]`
 * @returns {(row: Object) => void}
 */
export function editing(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = element.querySelector("template[data-kind=field]");
  let [row, fields] = [null, []];

  async function save() {
    const steps = structuredClone(row.steps.filter((step) => !step.done));
    for (const { index, name, area } of fields) {
      if (!area.value.trim()) return complain(say("queue_edit_empty"));
      holderOf(steps[index])[name] = area.value.trim();
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
    part("edit-problem").hidden = false;
  }

  part("save").addEventListener("click", save);
  return (given) => {
    row = given;
    fields = row.steps.filter((step) => !step.done).flatMap(fieldsOf).map((one) => ({ ...one, ...drawn(template, one) }));
    part("fields").replaceChildren(...fields.map((one) => one.made));
    part("edit-title").textContent = row.title;
    part("edit-problem").hidden = true;
    part("edit").showModal();
  };
}

const holderOf = (step) => (step.kind === "act" ? step.given : step.body);

function fieldsOf(step, index) {
  const [names, said] = [step.kind === "act" ? SAID : step.kind === "photos" ? [] : ["description", "words"], holderOf(step) ?? {}];
  return names.filter((name) => typeof said[name] === "string").map((name) => ({ index, name, words: said[name] }));
}

function drawn(template, { name, words }) {
  const made = stamp(template, { name: say(`queue_field_${name}`) }).firstElementChild;
  const area = made.querySelector("textarea");
  area.value = words;
  return { made, area };
}
