import { toMap } from "../map/ground.js";
import { token } from "../map/ramp.js";
import { hear, hearNow, say } from "../page.js";
import { stamp } from "../stamp.js";
import { now } from "../tablet/clock.js";
import { counted } from "../tablet/cover.js";
import { ground } from "../tablet/field.js";
import { follow, show } from "../tablet/lists.js";
import { far } from "../tablet/map/way.js";
import { onTurn } from "../tablet/owner.js";
import * as patrol from "../tablet/patrol.js";
import { clipped } from "../tablet/plots.js";
import { moment } from "../times.js";

/**
 * The walker's own patrol: begin, end, how far, and how much of the cells was walked in a week; nobody else is told.
 *
 * Hears `field:ground`, `field:noplace`, `patrol:changed`, `outbox:sent`, `tablet:view`, `visits:cover`.
 * Children: `[data-words]`, `[data-start]`, `[data-stop]`, `[data-why]`, `[data-cells]`, `[data-on-map]`, templates by `data-kind`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const layer = L.layerGroup();
  const renderer = L.canvas({ padding: 0.3 });
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);
  const legend = L.control({ position: "bottomleft" });
  legend.onAdd = () => {
    const made = stamp(template("legend"), {}).firstElementChild;
    L.DomEvent.disableClickPropagation(made);
    made.querySelector("button").addEventListener("click", onMap);
    return made;
  };
  let [known, cells, isBusy] = [null, [], false];

  function complain(words) {
    part("why").textContent = words;
    part("why").hidden = !words;
  }

  function state(why = "") {
    const now = patrol.current();
    const isOpen = patrol.isWorking();
    part("start").hidden = Boolean(now);
    part("start").disabled = !isOpen || isBusy;
    part("stop").hidden = !now;
    const minutes = now && Math.max(0, Math.round((Date.now() - new Date(now.began_at)) / 60000));
    part("words").textContent = now ? say("patrol_now", { minutes, far: far(now.walked) }) : isOpen ? say("patrol_off") : closed();
    if (why) complain(say(`patrol_why_${why}`));
  }

  async function count() {
    cells = await counted(known);
    part("cells").replaceChildren(...cells.map(row));
    part("none").hidden = cells.length > 0 || !known;
    part("on-map").hidden = !cells.some((cell) => cell.boxes.length);
    if (layer._map) draw();
  }

  function row(cell) {
    const made = stamp(template("cell"), {
      name: cell.name, share: say("patrol_share", { percent: percentOf(cell.share) }),
    });
    made.querySelector("meter").value = cell.share;
    made.querySelector("meter").setAttribute("aria-label", cell.name);
    return made;
  }

  /** Of each square what lies in its cell. */
  function draw() {
    layer.clearLayers();
    const style = { renderer, interactive: false, stroke: false, fillColor: token("--accent"), fillOpacity: 0.28 };
    for (const { code, boxes } of cells) {
      const outline = ground()?.cells.find((cell) => cell.code === code)?.outline;
      const parts = boxes.map((box) => clipped(outline, box).map((ring) => ring.map(([lon, lat]) => toMap(lon, lat))));
      layer.addLayer(L.polygon(parts.filter((one) => one.length), style));
    }
  }

  /** Show the squares with their legend, or take both away. */
  function onMap() {
    const isOn = Boolean(layer._map);
    if (isOn) for (const one of [layer, legend]) one.remove();
    else { draw(); for (const one of [layer, legend]) one.addTo(window.map_main); }
    part("on-map-words").textContent = say(isOn ? "patrol_map" : "patrol_map_off");
    return !isOn;
  }

  async function act(work) {
    if (isBusy) return;
    isBusy = true;
    complain("");
    try {
      await work();
    } catch (error) {
      complain(error.message);
    }
    isBusy = false;
    state();
  }

  part("start").addEventListener("click", () => act(patrol.start));
  part("stop").addEventListener("click", () => act(() => patrol.stop()));
  part("on-map").addEventListener("click", () => { if (onMap()) location.hash = "#map"; });
  hearNow("patrol:changed", ({ patrol: now, why }) => { state(why); if (!now || now.points % 5 === 0) count(); });
  hear("field:noplace", ({ code }) => { if (patrol.current()) complain(say(`position_${code}`)); });
  hear("field:place", () => { if (patrol.current()) complain(""); });
  hear("visits:cover", (told) => { known = told ?? known; count(); });
  hear("outbox:sent", ({ record }) => { if (record.steps.some((step) => step.kind === "track")) show("cover", true); });
  hear("field:ground", () => state());
  onTurn(() => { known = null; if (layer._map) onMap(); complain(""); count(); });
  hear("tablet:view", () => state());
  follow("cover");
  state();
}

/** A small part is not nothing. */
const percentOf = (share) => (share > 0 && share < 0.1 ? (share * 100).toFixed(1) : String(Math.round(share * 100)));

/** When the next working hours begin, as far as the device knows. */
function closed() {
  const next = (ground()?.working ?? []).map(([begin]) => begin).find((begin) => new Date(begin) > now());
  return next ? say("patrol_hours_until", { at: moment(next) }) : say("patrol_hours");
}
