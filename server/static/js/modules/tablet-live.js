import { hearNow, say, tell } from "../page.js";
import { chime, prepare } from "../tablet/chime.js";
import { follow } from "../tablet/live.js";

/**
 * New tasks as they come: a line that says so, a sound, and the number of those to be signed for at the app's icon.
 *
 * What somebody reported on this device is no news to them. Hears `field:work`, `field:net` and `outbox:changed`.
 * @param {HTMLElement} element with `[data-words]`, `[data-look]` and `[data-close]`
 */
export function mount(element) {
  const tasks = document.querySelector(".t-bar a[href='#tasks']");
  const title = document.title;
  let [unseen, own] = [[], new Set()];

  function show(issues) {
    const found = issues.filter((one) => unseen.includes(one.number));
    unseen = found.map((one) => one.number);
    element.hidden = !found.length;
    if (!found.length) return;
    const [first] = found;
    const place = first.place_text || first.cell?.name || first.area?.name || "";
    element.querySelector("[data-words]").textContent = found.length === 1
      ? say("fresh_one", { category: first.category.name, place }) : say("fresh_many", { n: found.length });
  }

  function badge(count) {
    if (tasks) tasks.dataset.count = count ? String(Math.min(count, 99)) : "";
    document.title = count ? `(${count}) ${title}` : title;
    const asked = count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
    asked?.catch(() => {}); // not installed, or not allowed
  }

  hearNow("outbox:changed", ({ rows }) => { own = new Set(rows.map((row) => row.subject?.uid)); });
  hearNow("field:work", ({ issues, fresh, since, isStale }, isLate) => {
    badge(issues.filter((one) => one.mine && (one.predicted ?? one.state.code) === "dispatched").length);
    if (isStale) return;
    const came = isLate ? since : fresh;
    const news = issues.filter((one) => came.includes(one.number) && !own.has(one.uid)).map((one) => one.number);
    if (news.length) {
      unseen = [...new Set([...news, ...unseen])];
      chime();
    }
    show(issues);
  });
  hearNow("field:net", ({ isSignedOut }) => { if (isSignedOut) badge(0); });
  element.querySelector("[data-close]").addEventListener("click", () => { unseen = []; show([]); });
  element.querySelector("[data-look]").addEventListener("click", () => {
    const [number] = unseen;
    const isOne = unseen.length === 1;
    unseen = [];
    show([]);
    location.hash = "#tasks";
    if (isOne) tell("tablet:open", number);
  });
  prepare();
  follow();
}
