/** The part of the sheet that leads to a place: how far and whereto, map apps to choose from, coordinates to copy. */

import { hear, say } from "../../page.js";
import { last } from "../place.js";
import { apps } from "./apps.js";
import { way } from "./way.js";

let tellWay = () => {};
hear("field:place", () => tellWay());

/**
 * Fill the way to a place into a stamped sheet: `[data-way]`, `[data-arrow]`, `[data-lead]`, `[data-apps]`, `[data-copy]`,
 * `[data-degrees]`.
 * @param {DocumentFragment} made
 * @param {{lon: number, lat: number}} place WGS 84
 */
export function goal(made, place) {
  const part = (name) => made.querySelector(`[data-${name}]`);
  const [line, arrow, lead, list, copy, degrees] = ["way", "arrow", "lead", "apps", "copy", "degrees"].map(part);
  const written = `${place.lon.toFixed(6)}, ${place.lat.toFixed(6)}`;
  degrees.textContent = written;
  for (const { code, href } of apps(place)) list.querySelector(`[data-app=${code}]`).href = href;

  lead.addEventListener("click", () => {
    list.hidden = !list.hidden;
    lead.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
  });
  copy.addEventListener("click", () => copied(written, degrees).then((word) => { label(copy).textContent = say(word); }));

  tellWay = () => {
    const here = last();
    line.parentElement.hidden = !here;
    if (!here) return;
    const { words, degrees: turn } = way(here, place);
    line.textContent = words;
    arrow.hidden = turn === null;
    if (turn !== null) arrow.style.transform = `rotate(${Math.round(turn)}deg)`;
  };
  tellWay();
}

const label = (button) => button.querySelector("span");

/** Copy, or, where the browser does not allow it, select the words so that the person can. */
async function copied(words, shown) {
  try {
    await navigator.clipboard.writeText(words);
    return "map_copied";
  } catch {
    getSelection().selectAllChildren(shown);
    return "map_select";
  }
}
