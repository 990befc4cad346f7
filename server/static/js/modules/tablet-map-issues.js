import { toMap } from "../map/ground.js";
import { hear, page, say, tell } from "../page.js";
import { now } from "../tablet/clock.js";
import { ground, work } from "../tablet/field.js";
import { left } from "../tablet/left.js";
import { bunch, point, worst } from "../tablet/map/marks.js";
import { unsentReports } from "../tablet/work/unsent.js";

const MINUTE = 60_000;
const SPLIT_ZOOM = 17; // from here on a bunch is opened as a list
const SAME_M = 15;

/**
 * The open issues on the worker's map, coloured by their clocks as they run, those at one place as a number; reports that
 * are not sent yet are dashed.
 *
 * Hears `field:work`, `field:ground`, `work:unsent`, `tablet:layers`; tells `tablet:chosen` `{kind: "issue", numbers}`.
 * @param {HTMLElement} element any: the marks stand in folium's own layers
 */
export function mount(element) {
  element.hidden = true;
  const map = window.map_main;
  const [group, cluster] = [window.feature_group_points, window.marker_cluster_points];
  const marks = new Map();
  let [issues, soon] = [[], 0];
  cluster.options.iconCreateFunction = (one) => bunch(one.getAllChildMarkers().map((mark) => mark.options));
  cluster.on("clusterclick", ({ layer }) => opened(layer));

  function opened(layer) {
    const [bounds, all] = [layer.getBounds(), layer.getAllChildMarkers()];
    const isOnePlace = map.distance(bounds.getSouthWest(), bounds.getNorthEast()) < SAME_M;
    if (!isOnePlace && map.getZoom() < SPLIT_ZOOM) {
      map.fitBounds(bounds, { maxZoom: SPLIT_ZOOM + 1, padding: [60, 60], animate: false });
      return;
    }
    const late = all.sort((one, other) => worst(one.options.colour) - worst(other.options.colour));
    tell("tablet:chosen", { kind: "issue", numbers: late.map((mark) => mark.options.number) });
  }

  /** Once for all that is told together, and after what else stands to be drawn. */
  function drawSoon() {
    soon ||= setTimeout(() => { soon = 0; draw(); });
  }

  function draw() {
    const [at, known] = [now(), ground()];
    const wanted = new Map([...issues, ...unsentReports()].filter((one) => Number.isFinite(one.lon))
      .map((one) => [one.number ?? one.uid, facts(one, known, at)]));
    const gone = [...marks].filter(([number, { sign }]) => wanted.get(number)?.sign !== sign);
    cluster.removeLayers(gone.map(([, { mark }]) => mark));
    for (const [number] of gone) marks.delete(number);
    const fresh = [...wanted].filter(([number]) => !marks.has(number))
      .map(([number, fact]) => [number, { sign: fact.sign, mark: made(number, fact) }]);
    cluster.addLayers(fresh.map(([, { mark }]) => mark));
    for (const [number, one] of fresh) marks.set(number, one);
  }

  hear("field:work", (told) => { issues = told.issues; drawSoon(); });
  for (const name of ["field:ground", "work:unsent"]) hear(name, drawSoon);
  hear("tablet:layers", (off) => { if (off.includes("issues")) group.remove(); else group.addTo(map); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) draw(); });
  setInterval(() => { if (!document.hidden) draw(); }, MINUTE);
  issues = work()?.issues ?? [];
  draw();
}

function facts(issue, known, at) {
  const clock = known ? left(issue, known, at) : { colour: issue.clock, words: issue.left };
  const state = issue.predicted ?? issue.state.code;
  const isPending = Boolean(issue.pending?.length);
  const { isUnsent } = issue;
  const sign = [state, clock.colour, issue.lon, issue.lat, isPending, issue.mine].join();
  const title = [issue.category.name, isUnsent ? say("work_group_unsent") : clock.words, issue.number].filter(Boolean).join(page.language === "en" ? ", " : "，");
  return { sign, state, colour: clock.colour, isPending, isUnsent, isMine: issue.mine !== false, place: toMap(issue.lon, issue.lat), title };
}

function made(number, { place, title, ...look }) {
  const { colour, isUnsent } = look;
  const mark = L.marker(place, { icon: point(look), colour, isUnsent, number, title: title || say("issue", { number }) });
  return mark.on("click", () => tell("tablet:chosen", { kind: "issue", numbers: [number] }));
}
