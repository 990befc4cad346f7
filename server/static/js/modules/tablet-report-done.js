import { hear, hearNow, say, tell } from "../page.js";
import { outline } from "../stamp.js";

const LOOKS = { done: "circle-check", waiting: "cloud-off", sending: "send", refused: "alert-triangle" };

/**
 * What became of the report just put: written down, on its way, or at the server with its number and who has it.
 *
 * Hears `report:put`, `outbox:changed`, `field:net`, `tablet:view`; tells `report:again` and `tablet:open`.
 * Children: `[data-mark]`, `[data-words]`, `[data-title]`, `[data-again]`, `[data-open]`, `[data-queue]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [record, net, view] = [null, null, ""];

  const isAway = () => (net ? !net.isReachable : !navigator.onLine);

  function standing() {
    if (record.state === "done") {
      const told = record.steps.find((step) => step.kind === "report")?.answer ?? {};
      const isSettled = record.steps.some((step) => step.action === "settle");
      if (isSettled) return ["done", say("report_settled", { number: told.number })];
      const holder = told.holder?.name;
      return ["done", holder ? say("sent_to", { number: told.number, holder }) : say("sent", { number: told.number })];
    }
    if (record.state === "refused" || record.state === "decide") return ["refused", say("report_refused", { why: record.why })];
    if (record.state === "signin") return ["waiting", say("report_signin")];
    return isAway() ? ["waiting", say("report_kept")] : ["sending", say("report_going")];
  }

  /** The number is read out over the phone: it is not broken in two. */
  function inOneLine(words, number) {
    if (!number || !words.includes(number)) return [words];
    const [before, ...after] = words.split(number);
    return [before, Object.assign(document.createElement("span"), { className: "r-number", textContent: number }), after.join(number)];
  }

  function show() {
    element.hidden = !record;
    if (!record) return;
    const [look, words] = standing();
    element.dataset.look = look;
    part("mark").replaceChildren(outline(LOOKS[look]));
    if (part("words").textContent !== words) part("words").replaceChildren(...inOneLine(words, numberOf()));
    part("title").textContent = record.title;
    part("open").hidden = !numberOf();
    part("queue").hidden = look === "done";
  }

  const numberOf = () => record?.subject?.number ?? record?.steps.find((step) => step.kind === "report")?.answer?.number ?? null;

  function again() {
    record = null;
    show();
    tell("report:again");
  }

  for (const name of ["field:person", "field:nobody"]) hear(name, () => { record = null; show(); });
  hear("report:put", (put) => {
    record = put;
    show();
    element.closest("[data-view]").scrollTop = 0;
    element.focus({ preventScroll: true });
  });
  hear("outbox:changed", ({ rows }) => {
    const found = record && rows.find((row) => row.id === record.id);
    if (!found) return;
    record = found;
    show();
  });
  hearNow("field:net", (told) => { net = told; show(); });
  hear("tablet:view", (name) => {
    if (name === "report" && view !== "report" && record) again();
    view = name;
  });
  for (const name of ["online", "offline"]) addEventListener(name, show);
  part("again").addEventListener("click", again);
  part("open").addEventListener("click", () => {
    location.hash = "#tasks";
    tell("tablet:open", numberOf());
  });
}
