import { hear, say, tell } from "../page.js";
import { moment } from "../times.js";

const EVERY = 4000; // ms; what is reported shows within five seconds

/**
 * Asks again for what is shown, while somebody looks; tells `map:fresh` when the answer is another. An answer that
 * is the same comes without its body. Hears `map:watch`, the address to ask; says when it last asked.
 * @param {HTMLElement} element holds the time
 */
export function mount(element) {
  let [address, tag, timer] = ["", "", 0];

  async function look() {
    clearTimeout(timer);
    if (address && !document.hidden) await ask(address).catch(() => {});
    timer = setTimeout(look, EVERY);
  }

  async function ask(url) {
    const headers = { Accept: "application/json", ...(tag ? { "If-None-Match": tag } : {}) };
    const answer = await fetch(url, { headers, cache: "no-store" });
    if (url !== address || ![200, 304].includes(answer.status)) return;
    element.textContent = say("fresh", { at: moment(new Date()).slice(11) });
    const [before, found] = [tag, answer.headers.get("ETag") || ""];
    tag = answer.status === 200 ? found : before;
    if (answer.status === 200 && before && found !== before) tell("map:fresh");
  }

  hear("map:watch", (url) => {
    if (url === address) return;
    [address, tag] = [url, ""];
    clearTimeout(timer);
    timer = setTimeout(look, EVERY / 4);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && address) look(); });
}
