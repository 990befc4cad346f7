import { hear, page, say } from "../page.js";

/**
 * Asks to sign in again when the server no longer knows who this is, says why it does not serve this account, or that
 * the device has no room for what the server tells.
 *
 * What waits stays on the device meanwhile. Hears `field:net` and `outbox:changed`.
 * @param {HTMLElement} element with `[data-words]`, `[data-sign-in]`, `[data-home]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let [net, waiting] = [{ isSignedOut: false, isReachable: true, isUnkept: false, why: "" }, 0];

  function show() {
    const isRefused = navigator.onLine && net.isReachable && Boolean(net.why) && !net.isSignedOut;
    const isFull = net.isUnkept && !net.isSignedOut && !isRefused;
    element.hidden = !net.isSignedOut && !isRefused && !isFull;
    part("sign-in").hidden = !net.isSignedOut;
    part("home").hidden = !isRefused;
    const key = waiting ? "sign_in_again_waiting" : "sign_in_again";
    part("words").textContent = net.isSignedOut ? say(key, { n: waiting }) : isFull ? say("not_kept") : net.why;
  }

  part("sign-in").href = page.urls.sign_in;
  hear("field:net", (told) => { net = told; show(); });
  hear("outbox:changed", (told) => { waiting = told.waiting + told.refused; show(); });
}
