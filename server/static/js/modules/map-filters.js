import { asPeriod, edges } from "../map/spans.js";
import { asked, keep, later } from "../map/state.js";
import { hear, page, tell } from "../page.js";

const ABOUT_A_PERIOD = ["heat", "choropleth", "hotspots"];
const UNCOUNTED = { choropleth: ["state", "overdue"], hotspots: ["state", "overdue", "source", "days", "period", "since", "until"] };
const TYPED = 300; // ms

/**
 * The filters of the map; tells `map:filter` on every change, and keeps them in the page's address.
 *
 * Heat is about a period, open issues are about now: until somebody chooses one, the period follows the view.
 * `[data-between]` holds the two days, `[data-list]` leads to the list of the same issues, `[data-export]` to files of
 * them. What a view does not count is hidden there, and passed over. Hears `map:view`, `map:area`, `map:when`, `map:list`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const { elements } = element;
  let [isChosen, view] = [asked("when") !== "", page.view];
  const ticked = (name) => [...element.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value).join(",");

  function read() {
    const when = elements.when.value || "30";
    const [since, until] = [elements.since.value, elements.until.value];
    const chosen = { area: elements.area.value, category: ticked("category"), state: ticked("state"), source: ticked("source"), overdue: elements.overdue.checked ? "1" : "" };
    const span = when === "all" && !ABOUT_A_PERIOD.includes(view) ? {} : asPeriod({ when, since, until });
    return { when, since, until, chosen, filters: filled({ ...chosen, ...span }) };
  }

  function send() {
    const { when, since, until, chosen, filters } = read();
    const isBetween = when === "between";
    element.querySelector("[data-between]").hidden = !isBetween;
    keep({ ...chosen, when: isChosen ? when : "", since: isBetween ? since : "", until: isBetween ? until : "" });
    const query = listed(filters, view);
    element.querySelector("[data-list]").href = `${page.urls.list}?${query}`;
    element.querySelector("[data-export]").href = `/exports/new?kind=issues&${query}&back=/map`;
    if (!isBetween || since) tell("map:filter", filters);
  }

  const typed = later(send, TYPED);
  /** A reset goes back to what the address said; clearing goes further. */
  function clear() {
    for (const box of element.querySelectorAll("[type=checkbox]")) box.checked = false;
    elements.area.value = "";
    isChosen = false;
    tell("map:view", view);
  }

  element.addEventListener("change", ({ target }) => {
    if (["radius", "mode", "compare", "than", "than_since", "than_until"].includes(target.name)) return;
    isChosen ||= ["when", "since", "until"].includes(target.name);
    (target.type === "date" ? typed : send)();
  });
  element.addEventListener("submit", (event) => event.preventDefault());
  element.addEventListener("reset", () => setTimeout(clear));
  hear("map:area", (code) => {
    if (![...elements.area.options].some((one) => one.value === code)) elements.area.append(new Option(code, code));
    elements.area.value = code;
    send();
  });
  hear("map:list", (address) => { element.querySelector("[data-list]").href = address; });
  hear("map:when", (when) => { elements.when.value = when; isChosen = true; send(); });
  hear("map:view", (shown) => {
    view = shown;
    if (!isChosen) elements.when.value = ABOUT_A_PERIOD.includes(view) ? "30" : "all";
    send();
  });
}

/** Query of the list of what is shown. */
function listed(filters, view) {
  const counted = Object.entries(filters).filter(([name]) => !UNCOUNTED[view]?.includes(name));
  const { days, period, ...rest } = Object.fromEntries(counted);
  const isNow = !ABOUT_A_PERIOD.includes(view);
  const query = { ...rest, ...edges(Object.fromEntries(counted)), ...(view === "late" ? { overdue: "1" } : {}) };
  if (isNow && !query.state) query.state = "open";
  return new URLSearchParams(filled(query));
}

function filled(query) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value));
}
