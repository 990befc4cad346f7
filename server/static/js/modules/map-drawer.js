import { getJson, latest } from "../api.js";
import { hear, page, say, tell } from "../page.js";
import { stamp } from "../stamp.js";
import { clock, moment } from "../times.js";

/**
 * The drawer: facts of the chosen cell or issue, or what a layer brings along itself (`{kind: "own", title, code,
 * node}`); hears `map:choose`, tells `map:close`.
 *
 * `[data-title]`, `[data-code]`, `[data-body]`, `[data-close]`; templates by `data-kind`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const body = element.querySelector("[data-body]");
  const template = (kind) => element.querySelector(`template[data-kind=${kind}]`);

  function show(title, code, filled) {
    element.hidden = false;
    element.parentElement.classList.add("has-drawer");
    element.querySelector("[data-title]").textContent = title;
    element.querySelector("[data-code]").textContent = code;
    body.replaceChildren(filled);
  }

  function close() {
    element.hidden = true;
    element.parentElement.classList.remove("has-drawer");
    tell("map:close");
  }

  const openIssue = latest(async (signal, number) => {
    show(say("issue", { number }), "", stamp(template("wait"), {}));
    try {
      const issue = await getJson(`${page.urls.issues}/${encodeURIComponent(number)}`, {}, signal);
      show(issue.category.name, issue.number, stamp(template("issue"), issueFacts(issue)));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      body.replaceChildren(stamp(template("problem"), { detail: error.message }));
    }
  });

  function openCell(facts) {
    const filled = stamp(template("cell"), {
      ...facts,
      worker: facts.worker || say("nobody"),
      issues: `${page.urls.list}?area=${encodeURIComponent(facts.code)}&state=open`,
    });
    if (facts.overdue) filled.querySelector("[data-tone]").classList.add("bad");
    show(facts.name, facts.code, filled);
  }

  hear("map:choose", (chosen) => {
    if (chosen.kind === "own") show(chosen.title, chosen.code ?? "", chosen.node);
    else if (chosen.kind === "cell") openCell(chosen.facts);
    else openIssue(chosen.number);
  });
  element.querySelector("[data-close]").addEventListener("click", close);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !element.hidden) close(); });
}

function issueFacts(issue) {
  return {
    state: issue.state,
    clock: clock(issue),
    description: issue.description,
    category: issue.category.name,
    place: issue.place_text || null,
    cell: issue.cell?.name,
    holder: issue.holder?.name || say("nobody"),
    source: issue.source.name,
    reported: moment(issue.reported_at),
    due: moment(issue.due_at),
    page: `${page.urls.list}/${encodeURIComponent(issue.number)}`,
  };
}
