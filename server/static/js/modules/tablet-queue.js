import { hear, hearNow, page, say } from "../page.js";
import { isSkewed, skew } from "../tablet/clock.js";
import { whenLifted } from "../tablet/finger.js";
import { all, decide, drop, isUnknown, retry, retryAll } from "../tablet/outbox.js";
import { room } from "../tablet/photos.js";
import { cardOf } from "../tablet/queue-card.js";
import { editing } from "../tablet/queue-edit.js";

const FIRST = { decide: 0, refused: 1, signin: 2, sending: 3, waiting: 4 };
const SHOWN_MOST = 60; // a day's work; the others follow as these are sent

/**
 * What waits to be sent, each record with its state in words; what was refused comes first, with what can be done.
 *
 * Hears `outbox:changed`, `outbox:trouble` and `tablet:view`. Templates by `data-kind`, dialogs `[data-sure]` and `[data-edit]`.
 * @param {HTMLElement} element
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const shown = new Map(); // id -> {text, card}: what did not change is not drawn anew
  const edit = editing(element);
  const acts = { retry, edit, drop: askedToDrop, anyway: (row) => decide(row.id, "anyway"), now: (row) => decide(row.id, "now"),
    note: (row) => decide(row.id, "note"), without: (row) => decide(row.id, "without") };

  function askedToDrop(row) {
    const dialog = part("sure");
    part("sure-words").textContent = say("queue_sure", { title: row.title });
    const photos = row.steps.reduce((sum, step) => sum + (step.done ? 0 : step.photos?.length ?? 0), 0);
    const more = [photos ? say("queue_sure_photos", { n: photos }) : "", isUnknown(row) ? say("queue_sure_unknown") : ""];
    part("sure-more").textContent = more.filter(Boolean).join(" ");
    dialog.returnValue = "keep";
    dialog.addEventListener("close", () => { if (dialog.returnValue === "drop") drop(row.id).catch(complain(row)); }, { once: true });
    dialog.showModal();
  }

  const complain = (row) => (error) => {
    const hint = shown.get(row.id)?.card.querySelector("[data-hint]");
    if (!hint) throw error;
    hint.textContent = error.message;
    hint.hidden = false;
  };

  async function act(name, row) {
    try {
      await (name === "retry" ? retry(row.id) : acts[name](row));
    } catch (error) {
      complain(row)(error);
    }
  }

  function cards(rows) {
    const live = rows.map((row) => {
      const text = JSON.stringify(row);
      if (shown.get(row.id)?.text !== text) shown.set(row.id, { text, card: cardOf(element, row, act) });
      return shown.get(row.id).card;
    });
    for (const id of [...shown.keys()]) if (!last.some((row) => row.id === id)) shown.delete(id);
    return live;
  }

  let last = [];
  function show(rows) {
    last = rows;
    whenLifted(draw);
  }

  function draw() {
    if (!element.checkVisibility()) return; // it is drawn when it is looked at
    const rows = last;
    const open = rows.filter((row) => row.state !== "done");
    open.sort((one, other) => FIRST[one.state] - FIRST[other.state] || one.n - other.n);
    const done = rows.filter((row) => row.state === "done").reverse();
    replace(part("rows"), cards(open.slice(0, SHOWN_MOST)));
    replace(part("done-rows"), cards(done));
    const stuck = open.filter((row) => ["decide", "refused"].includes(row.state)).length;
    const told = [
      open.length - stuck ? say("queue_waiting", { n: open.length - stuck }) : "", stuck ? say("queue_stuck", { n: stuck }) : "",
      open.length > SHOWN_MOST ? say("queue_more", { n: open.length - SHOWN_MOST }) : "",
    ];
    part("sum").textContent = told.filter(Boolean).join(" ");
    part("now").hidden = open.length === stuck;
    part("none").hidden = open.length > 0;
    part("done").hidden = done.length === 0;
    part("done-words").textContent = say("queue_done", { n: done.length });
    part("signin").hidden = !open.some((row) => row.state === "signin");
  }

  async function look() {
    part("clock").hidden = !isSkewed();
    part("clock-words").textContent = say(skew() > 0 ? "clock_fast" : "clock_slow", { minutes: Math.round(Math.abs(skew() ?? 0) / 60) });
    const { used, isNearlyFull } = await room();
    part("room").hidden = !isNearlyFull;
    part("room-words").textContent = say("photo_nearly_full", { percent: Math.round(used * 100) });
  }

  /** What somebody else wrote is not even left undrawn. */
  function leaveIt() {
    last = [];
    shown.clear();
    for (const name of ["rows", "done-rows"]) part(name).replaceChildren();
  }

  for (const name of ["field:person", "field:nobody"]) hear(name, leaveIt);
  part("sign-in").href = page.urls.sign_in ?? part("sign-in").href;
  part("now").addEventListener("click", () => retryAll());
  hear("outbox:changed", ({ rows }) => show(rows));
  hearNow("outbox:trouble", ({ words }) => {
    part("trouble").hidden = !words;
    part("trouble-words").textContent = words;
  });
  hear("tablet:view", (view) => { if (view === "queue") { look(); whenLifted(draw); } });
  all().then(show);
  look();
}

/** Put cards in order without touching those that stand right: a finger may be on one. */
function replace(list, cards) {
  cards.forEach((card, n) => { if (list.children[n] !== card) list.insertBefore(card, list.children[n] ?? null); });
  while (list.children.length > cards.length) list.lastChild.remove();
}
