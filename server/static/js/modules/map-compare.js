import { compared } from "../map/spans.js";
import { asked, keep, later } from "../map/state.js";
import { hear, tell } from "../page.js";

/**
 * What the heat is compared with; tells `map:compare` `{kind: off|swipe|difference, than}`: `than` is
 * between two days `{since, until}`, or `{than: before|year, name}`, with its edges where they are known.
 *
 * The period before, the one a year before, or between two days: `[name=than]`, `[data-than]`, `[data-between]`.
 * Hears `map:filter` and `map:time`, which say what is compared.
 * @param {HTMLElement} element inside the form of the filters
 */
export function mount(element) {
  const kinds = [...element.querySelectorAll("[name=compare]")];
  const [choice, since, until] = ["than", "than_since", "than_until"].map((name) => element.querySelector(`[name=${name}]`));
  let [filters, step] = [{}, null];

  const kind = () => kinds.find((one) => one.checked).value;
  const isFree = () => choice.value === "between";

  function than() {
    if (kind() === "off") return null;
    if (!isFree()) return { ...compared(filters, choice.value, step), name: choice.selectedOptions[0].dataset.name };
    return since.value ? { since: since.value, until: until.value } : null;
  }

  function send() {
    const [isOff, isBetween] = [kind() === "off", isFree()];
    element.querySelector("[data-than]").hidden = isOff;
    element.querySelector("[data-between]").hidden = !isBetween;
    keep({
      compare: isOff ? "" : kind(), than: isOff || choice.value === "before" ? "" : choice.value,
      than_since: !isOff && isBetween ? since.value : "", than_until: !isOff && isBetween ? until.value : "",
    });
    tell("map:compare", { kind: kind(), than: than() });
  }

  function begin() {
    (kinds.find((one) => one.value === asked("compare")) ?? kinds[0]).checked = true;
    if ([...choice.options].some((one) => one.value === asked("than"))) choice.value = asked("than");
    [since.value, until.value] = [asked("than_since"), asked("than_until")];
  }

  const typed = later(send, 300);
  element.addEventListener("change", ({ target }) => (target.type === "date" ? typed : send)());
  element.closest("form").addEventListener("reset", () => setTimeout(send));
  hear("map:filter", (said) => { filters = said; send(); });
  hear("map:time", (said) => { step = said && said.slot === null ? said : null; send(); });
  begin();
}
