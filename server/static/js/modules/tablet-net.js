import { hear, say } from "../page.js";

/**
 * Always visible: whether the server can be reached, and how many records wait or want a decision.
 *
 * Hears `field:net` and `outbox:changed`.
 * @param {HTMLElement} element a link to the queue, with `[data-words]`
 */
export function mount(element) {
  let [net, waiting, refused] = [{ isReachable: false, isSignedOut: false, why: "" }, 0, 0];
  const words = element.querySelector("[data-words]");

  function state() {
    if (!navigator.onLine) return "offline_short";
    if (net.isSignedOut) return "signed_out_short";
    if (net.isReachable) return "online";
    return net.why ? "unreachable_short" : "connecting";
  }

  function show() {
    const now = state();
    element.classList.toggle("is-off", ["offline_short", "unreachable_short", "signed_out_short"].includes(now));
    element.classList.toggle("is-waiting", waiting > 0 || now === "connecting");
    element.classList.toggle("is-refused", refused > 0);
    const parts = [say(now)];
    if (waiting) parts.push(say("waiting", { n: waiting }));
    if (refused) parts.push(say("refused", { n: refused }));
    words.textContent = parts.join(" · ");
  }

  hear("field:net", (told) => { net = told; show(); });
  hear("outbox:changed", (told) => { [waiting, refused] = [told.waiting, told.refused]; show(); });
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
