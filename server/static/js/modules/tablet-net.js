import { hear, say } from "../page.js";

/**
 * Always visible: whether there is a connection, and how many reports wait; hears `tablet:queue`.
 * @param {HTMLElement} element with `[data-words]`
 */
export function mount(element) {
  let waiting = 0;
  const words = element.querySelector("[data-words]");

  function show() {
    element.classList.toggle("is-off", !navigator.onLine);
    element.classList.toggle("is-waiting", waiting > 0);
    const state = say(navigator.onLine ? "online" : "offline_short");
    words.textContent = waiting ? `${state} · ${say("waiting", { n: waiting })}` : state;
  }

  hear("tablet:queue", (count) => { waiting = count; show(); });
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
