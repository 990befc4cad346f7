/** The heat: density worked out by the server with a kernel in metres, drawn as one smooth picture. */

import { getJson, latest } from "../api.js";
import { page, tell } from "../page.js";
import { Grid, field } from "./grid.js";
import { visible } from "./ground.js";
import { scale } from "./scale.js";
import { apart, unbounded } from "./spans.js";

const MOST_KEPT = 20; // answers, without their raw values

/**
 * Fill folium's empty carrier of the heat.
 * @param {L.Map} map
 * @param {L.FeatureGroup} group folium's `feature_group_heat`
 * @returns {{load: Function, warm: Function, forget: Function, clip: Function, address: Function}}
 */
export function heat(map, group) {
  map.createPane("heat").classList.add("map-heat");
  const [now, than] = [new Grid(), new Grid()].map((one) => one.addTo(group));
  const answers = new Map();
  let [address, kept] = ["", {}]; // the classes in force, and what they are for

  function ask(url, query, signal) {
    const key = `${url}?${new URLSearchParams(query)}`;
    const known = answers.get(key);
    if (known && !known.signal?.aborted) return known.answer;
    const answer = getJson(url, query, signal).then(({ values, ...rest }) => ({ ...rest, field: field({ values, ...rest }) }));
    answers.set(key, { answer, signal });
    answer.then(() => answers.set(key, { answer }), () => answers.delete(key));
    if (answers.size > MOST_KEPT) answers.delete(answers.keys().next().value);
    return answer;
  }

  const place = () => ({ bbox: visible(map), zoom: map.getZoom() });
  const query = ({ filters, settings }, span) => filled({ ...place(), ...settings, ...during(filters, span) });

  /** Classes stay while only the place or the step of time changes, so that a colour keeps its meaning. */
  async function breaks(state, answers, signal) {
    const { compare, time, settings, filters } = state;
    const key = JSON.stringify([filters, settings, compare, time?.step ?? ""]);
    if (kept.key !== key && time?.busiest && compare.kind !== "difference") {
      answers = [...answers, await ask(page.urls.heat, query(state, time.busiest), signal)];
    }
    for (const found of answers) {
      if (kept.key !== key || !kept.breaks.length || found.most > kept.breaks.at(-1)) kept = { key, breaks: found.breaks };
    }
    return kept.breaks;
  }

  const load = latest(async (signal, state) => {
    if (!map.hasLayer(group)) return;
    const { compare, time, settings } = state;
    const isSigned = compare.kind === "difference" && Boolean(compare.than);
    const isSwiped = compare.kind === "swipe" && Boolean(compare.than);
    const asked = query(state, time);
    const { than: chosen, since, until } = compare.than ?? {};
    const beside = isSigned ? filled(chosen ? { than: chosen } : { than_since: since, than_until: until }) : {};
    const url = isSigned ? page.urls.difference : page.urls.heat;
    const [found, other] = await Promise.all([
      ask(url, { ...asked, ...beside }, signal),
      isSwiped ? ask(url, chosen ? { ...asked, than: chosen } : { ...query(state, { since, until }), ...slotted(time) }, signal) : null,
    ]);
    address = `${url}?${new URLSearchParams({ ...asked, ...beside })}`;
    const colours = scale(await breaks(state, other ? [found, other] : [found], signal), isSigned);
    if (signal.aborted) return;
    now.show(found.field, colours);
    than.show(other?.field ?? null, colours);
    if (!isSwiped) clip();
    tell("map:heat", { ...found, ...settings, isSigned, rows: colours.rows, than: other?.total ?? found.than_total ?? null });
    document.documentElement.dataset.heat = "drawn";
  });

  /** Fetch what will be asked for next. */
  const warm = (state, span) => { if (map.hasLayer(group)) ask(page.urls.heat, query(state, span)).catch(() => {}); };

  /** Show the other period left of a part of the width. */
  function clip(part) {
    now.clip(part, part === undefined ? undefined : 2);
    than.clip(part === undefined ? undefined : -1, part);
  }

  return { load, warm, clip, forget: () => answers.clear(), address: () => address };
}

/** The hour of the week that is shown, if any. */
const slotted = (time) => (time?.slot === null || time?.slot === undefined ? {} : { slot: time.slot });

/** A step of the time line takes the place of the filter's period; an hour of the week narrows it. */
function during(filters, span) {
  if (!span) return unbounded(filters);
  if ("slot" in slotted(span)) return { ...unbounded(filters), ...slotted(span) };
  return { ...apart(filters), since: span.since, until: span.until };
}

function filled(query) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined));
}
