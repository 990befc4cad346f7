import { hear, tell } from "../page.js";

/**
 * The filters of the map; tells `map:filter` on every change. Without JavaScript the form opens the list.
 *
 * The heat is about a period, open issues are about now: until somebody chooses one, the period follows the
 * indicator. `data-heat-days` is the heat's. Hears `map:view`.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  let isChosen = false;
  const send = () => tell("map:filter", Object.fromEntries(new FormData(element)));

  element.addEventListener("change", (event) => {
    isChosen ||= event.target.name === "days";
    send();
  });
  element.addEventListener("reset", () => {
    isChosen = false;
    setTimeout(send);
  });
  hear("map:view", (view) => {
    if (isChosen) return;
    element.elements.days.value = view === "heat" ? element.dataset.heatDays : "all";
    send();
  });
}
