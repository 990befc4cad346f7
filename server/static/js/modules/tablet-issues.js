import { getJson } from "../api.js";
import { hear, page, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { age, clock, moment } from "../times.js";

const OWN = ["dispatched", "handling"];

const isOwn = (issue) => OWN.includes(issue.state.code);
const ownClock = (issue) => (isOwn(issue) ? clock(issue) : { colour: "none", words: "" });

/**
 * The worker's open issues, oldest first, those that wait for others apart and without a clock, and one's facts.
 *
 * Hears `tablet:open` (a number) and `tablet:sent`; tells `tablet:issues` and `tablet:look`.
 * Children: `[data-list]` with `[data-rows]`, `[data-count]`, `[data-wait]`, `[data-empty]`, `[data-problem]`,
 * `[data-away]` with `[data-away-rows]`, `[data-away-count]`;
 * `[data-one]` with `[data-back]`, `[data-body]`; templates by `data-kind`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);

  function refuse(error) {
    part("wait").hidden = true;
    part("problem").textContent = error.message;
    part("problem").hidden = false;
  }

  async function load() {
    const { items } = await getJson(page.urls.issues, { holder: "me", state: "open", limit: 200 });
    items.sort((one, other) => one.reported_at.localeCompare(other.reported_at));
    const own = items.filter(isOwn);
    const away = items.filter((issue) => !isOwn(issue));
    part("rows").replaceChildren(...own.map(row));
    part("count").textContent = say("count", { n: own.length });
    part("away-rows").replaceChildren(...away.map(row));
    part("away-count").textContent = say("count", { n: away.length });
    part("away").hidden = away.length === 0;
    part("wait").hidden = true;
    part("problem").hidden = true;
    part("empty").hidden = own.length > 0;
    tell("tablet:issues", items);
  }

  function row(issue) {
    const made = stamp(template("row"), {
      category: issue.category.name, state: issue.state, summary: issue.summary, clock: ownClock(issue),
      place: issue.place_text || issue.cell?.name || "", age: age(issue.reported_at),
    });
    made.querySelector("button").addEventListener("click", () => open(issue.number));
    return made;
  }

  function turn(isOne) {
    part("list").hidden = isOne;
    part("one").hidden = !isOne;
  }

  async function open(number) {
    try {
      const issue = await getJson(`${page.urls.issues}/${encodeURIComponent(number)}`);
      const made = stamp(template("one"), {
        category: issue.category.name, state: issue.state, clock: ownClock(issue), number: issue.number,
        description: issue.description, place: issue.place_text || null, cell: issue.cell?.name, source: issue.source.name,
        reported: moment(issue.reported_at), due: moment(issue.due_at), page: `${page.urls.list}/${encodeURIComponent(number)}`,
      });
      made.querySelector("[data-show-map]").addEventListener("click", () => tell("tablet:look", issue));
      part("body").replaceChildren(made);
      turn(true);
      element.parentElement.scrollTop = 0;
    } catch (error) {
      refuse(error);
    }
  }

  part("back").addEventListener("click", () => turn(false));
  hear("tablet:open", open);
  hear("tablet:sent", () => load().catch(refuse));
  addEventListener("online", () => load().catch(refuse));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) load().catch(refuse); });
  load().catch(refuse);
}
