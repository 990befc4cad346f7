import { hear, hearNow, page, say } from "../page.js";
import { check, releaseState } from "../tablet/release.js";

const MB = 1024 * 1024;
const size = (bytes) => (bytes >= 1024 * MB ? `${(bytes / MB / 1024).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / MB))} MB`);

/**
 * What this device holds: room used and left, whether the app opens without a network, and its version.
 *
 * Asks the browser to keep what is stored for good as soon as something waits to be sent.
 * Hears `release`, `tablet:view` and `outbox:changed`.
 * @param {HTMLElement} element with `[data-room]`, `[data-kept]`, `[data-help]`, `[data-version]`, `[data-check]`, `[data-checked]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let hasAsked = false;

  async function measure() {
    const found = await navigator.storage?.estimate?.();
    if (!found?.quota) return;
    const isSafe = await navigator.storage.persisted?.();
    const [used, left] = [size(found.usage), size(found.quota - found.usage)];
    part("room").textContent = say(isSafe ? "room_kept" : "room", { used, left });
  }

  function show() {
    const state = releaseState();
    part("kept").textContent = say(`release_${state}`);
    part("help").hidden = !["none", "failed"].includes(state);
  }

  hear("release", show);
  hear("tablet:view", (view) => { if (view === "me") measure(); });
  hearNow("outbox:changed", ({ rows }) => {
    if (hasAsked || !rows?.length) return;
    hasAsked = true;
    navigator.storage?.persist?.();
  });
  part("version").textContent = page.version.slice(0, 8);
  part("check").addEventListener("click", async () => {
    part("checked").textContent = say("checking");
    const found = await check(true);
    part("checked").textContent = say(found === null ? "check_failed" : found === "ready" ? "update_ready" : "up_to_date");
  });
  if (location.hash === "#me") measure();
  show();
}
