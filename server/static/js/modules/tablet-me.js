import { hear, hearNow, say } from "../page.js";
import { stamp } from "../stamp.js";
import { moment } from "../times.js";

/**
 * "My own": who I am, which cells are mine or whose I stand in for, what waits, and how fresh all this is.
 *
 * Hears `field:ground`, `field:person`, `field:nobody`, `field:net` and `outbox:changed`.
 * @param {HTMLElement} element with `[data-name]`, `[data-roles]`, `[data-cells]`, `[data-no-cells]`, `[data-waiting]`,
 *   `[data-last]` and a template of a cell
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = element.querySelector("template[data-kind=cell]");

  function row(cell) {
    const for_ = cell.own === "substitute" && cell.whom ? say("stands_in", { name: cell.whom.name ?? cell.whom }) : "";
    return stamp(template, { name: cell.name, community: [cell.community?.name ?? cell.community, for_].filter(Boolean).join(" · ") });
  }

  hearNow("field:ground", ({ person, cells }) => {
    const own = cells.filter((cell) => cell.own && cell.own !== "area");
    part("name").textContent = person.name;
    part("roles").textContent = person.roles.map((role) => say(`role_${role}`)).join(say("comma"));
    part("cells").replaceChildren(...own.map(row));
    part("no-cells").hidden = own.length > 0;
  });
  for (const name of ["field:person", "field:nobody"]) {
    hear(name, (person) => {
      part("name").textContent = person?.name ?? "";
      for (const one of ["roles", "cells"]) part(one).replaceChildren();
      part("no-cells").hidden = true;
    });
  }
  part("waiting").textContent = say("nothing_waits");
  hearNow("field:net", ({ lastAt }) => { part("last").textContent = moment(lastAt); });
  hearNow("outbox:changed", ({ waiting, refused }) => {
    const said = [waiting && say("waiting", { n: waiting }), refused && say("refused", { n: refused })].filter(Boolean);
    part("waiting").textContent = said.join(" · ") || say("nothing_waits");
  });
}
