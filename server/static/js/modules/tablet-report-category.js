import { hear, hearNow } from "../page.js";
import { outline, stamp } from "../stamp.js";
import { change, draft } from "../tablet/draft.js";
import * as field from "../tablet/field.js";
import { matching, nearest, remembered } from "../tablet/recents.js";

const PLAIN = "tag";

/**
 * What it is about: the person's own last categories as big tiles, all others by group and by search.
 *
 * Hears `field:ground`, `field:work`, `report:draft`. Children: `[data-near]`, `[data-all]` with `[data-search]`, `[data-groups]`,
 * `[data-none]`, and templates by `data-kind`: near, any, group.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  let [categories, near, kept, issues] = [[], [], [], []];

  function tile(kind, category) {
    const made = stamp(template(kind), category);
    made.querySelector("[data-icon]").replaceWith(outline(category.icon || PLAIN));
    const input = made.querySelector("input");
    if (input) {
      [input.value, input.checked] = [category.code, category.code === draft().category];
      input.addEventListener("change", () => choose(category.code));
    } else made.querySelector("button").addEventListener("click", () => choose(category.code));
    return made;
  }

  function choose(code) {
    change({ category: code });
    part("all").open = false;
  }

  function showNear() {
    const chosen = categories.find((one) => one.code === draft().category);
    if (chosen && !near.includes(chosen)) near = [chosen, ...near.slice(0, -1)];
    const inputs = [...part("near").querySelectorAll("input")];
    const isThere = inputs.map((one) => one.value).join() === near.map((one) => one.code).join();
    if (isThere) for (const input of inputs) input.checked = input.value === draft().category;
    else part("near").replaceChildren(...near.map((one) => tile("near", one)));
  }

  function showAll() {
    const found = matching(categories, part("search").value);
    const groups = new Map(found.map((one) => [one.group, one.group_name]));
    part("groups").replaceChildren(...[...groups].map(([code, name]) => {
      const made = stamp(template("group"), { name });
      made.querySelector("[data-tiles]").append(...found.filter((one) => one.group === code).map((one) => tile("any", one)));
      return made;
    }));
    part("none").hidden = found.length > 0;
  }

  async function arrange() {
    kept = await remembered();
    near = nearest(categories, kept, issues);
    showNear();
  }

  function known(ground) {
    if (!ground) return;
    categories = ground.categories;
    arrange();
    if (part("all").open) showAll();
  }

  hear("field:ground", known);
  hearNow("field:work", (work) => {
    const isFirst = issues.length === 0;
    ({ issues } = work);
    if (isFirst && kept.length === 0 && !draft().category) arrange(); // later tiles stay where the thumb knows them
  });
  hear("report:draft", ({ changed }) => {
    if (changed.includes("id")) arrange();
    else if (changed.includes("category")) showNear();
  });
  part("search").addEventListener("input", showAll);
  part("search").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  part("all").addEventListener("toggle", () => {
    if (!part("all").open) return;
    part("search").value = "";
    showAll();
  });
  known(field.ground());
}
