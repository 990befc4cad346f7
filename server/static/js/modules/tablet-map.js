import { box, fromMap, prepare, toMap } from "../map/ground.js";
import { hear, say, tell } from "../page.js";
import { ground } from "../tablet/field.js";
import { cells, extent, spot, title } from "../tablet/map/cells.js";
import { names } from "../tablet/map/names.js";
import { isWide } from "../tablet/map/view.js";

const FINGER = 26; // px around a tap in which a dot counts as meant
const NEAR_ZOOM = 18;
const PLACES = ["compound", "building", "landmark", "road"];

/**
 * The worker's map: her cells, the neighbours, compounds and buildings; everything from what the device keeps.
 *
 * Hears `field:ground`, `field:net`, `field:person`, `field:nobody`, `tablet:look` `{lon, lat, number?}`, `tablet:layers`,
 * `theme`; tells `tablet:chosen`
 * `{kind: "place"|"ground"|"issue", ...}` at a tap. Child: `[data-empty]` with `[data-empty-words]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const map = window.map_main;
  const part = (name) => element.querySelector(`[data-${name}]`);
  const areas = cells(window.geo_json_cells);
  const layer = names(map);
  let [fitted, known, soon] = ["", null, 0];
  prepare(map);

  function lack(word) {
    part("empty").hidden = !word;
    if (word) part("empty-words").textContent = say(word);
  }

  function show(found) {
    if (!found) return;
    known = found;
    lack(found.cells.some((cell) => cell.own) ? "" : "map_no_cells");
    fit(found);
    areas.draw(found);
    clearTimeout(soon);
    soon = setTimeout(() => layer.show([...found.cells.map(named), ...found.places]));
  }

  /** Whose cells these were is gone: the next person's come with their ground. */
  function leaveIt() {
    clearTimeout(soon);
    known = null;
    areas.draw({ cells: [] });
    layer.show([]);
    lack("map_wait");
  }

  /** Before anything is drawn, and again only when she answers for other cells. */
  function fit(found) {
    const [own, around] = [found.cells.filter((cell) => cell.own).map((cell) => cell.code).join(), extent(found)];
    if (around && (own !== fitted || !fitted)) map.fitBounds(box(around), { animate: false, padding: [18, 18] });
    fitted = own || "none";
  }

  function look({ lon, lat, number }) {
    if (lon === null || lon === undefined) return;
    if (!isWide()) location.hash = "#map";
    map.setView(toMap(lon, lat), Math.max(NEAR_ZOOM, map.getZoom()), { animate: false });
    if (number) tell("tablet:chosen", { kind: "issue", numbers: [number] });
  }

  map.on("click", ({ containerPoint, latlng }) => {
    if (element.classList.contains("is-picking")) return;
    const place = layer.near(containerPoint, FINGER);
    tell("tablet:chosen", place ? { kind: "place", place } : { kind: "ground", at: fromMap(latlng) });
  });
  hear("field:ground", show);
  hear("field:net", ({ isReachable, lastAt }) => { if (!known && !isReachable) lack(lastAt ? "map_wait" : "map_no_ground"); });
  for (const name of ["field:person", "field:nobody"]) hear(name, leaveIt);
  hear("tablet:look", look);
  hear("tablet:layers", (off) => {
    areas.restyle({ around: !off.includes("around") });
    layer.hide([...(off.includes("places") ? PLACES : []), ...(off.includes("around") ? ["around"] : [])]);
    map.getPane("tilePane").hidden = off.includes("base");
  });
  hear("theme", () => { areas.restyle(); layer.restyle(); });
  lack("map_wait");
  show(ground());
}

function named(cell) {
  const [west, south, east, north] = cell.bbox;
  const [lon, lat] = spot(cell) ?? [(west + east) / 2, (south + north) / 2];
  return { kind: "cell", name: title(cell), own: cell.own, lon, lat, seen: (view) => spot(cell, view) };
}
