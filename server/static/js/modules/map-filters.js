import { tell } from "../page.js";

/**
 * The filters of the map; tells `map:filter` on every change. Without JavaScript the form opens the list.
 * @param {HTMLFormElement} element
 */
export function mount(element) {
  const send = () => tell("map:filter", Object.fromEntries(new FormData(element)));
  element.addEventListener("change", send);
  element.addEventListener("reset", () => setTimeout(send));
}
