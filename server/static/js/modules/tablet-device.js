import { hear, page, say } from "../page.js";
import { check, releaseState } from "../tablet/release.js";

const MB = 1024 * 1024;

/**
 * What this device holds: room used and left, whether the app opens without a network, and its version.
 *
 * Asks the browser to keep what is stored for good as soon as something waits to be sent.
 * Hears `release`, `tablet:view` and `outbox:changed`.
 * @param {HTMLElement} element with `[data-room]`, `[data-kept]`, `[data-version]`, `[data-check]`, `[data-checked]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  let hasAsked = false;

  async function measure() {
    const found = await navigator.storage?.estimate?.();
    if (!found?.quota) return;
    const isSafe = await navigator.storage.persisted?.();
    const [used, left] = [Math.max(1, Math.round(found.usage / MB)), Math.floor((found.quota - found.usage) / MB)];
    part("room").textContent = say(isSafe ? "room_kept" : "room", { used, left });
  }

  function show() {
    part("kept").textContent = say(`release_${releaseState()}`);
  }

  hear("release", show);
  hear("tablet:view", (view) => { if (view === "me") measure(); });
  hear("outbox:changed", ({ rows }) => {
    if (hasAsked || !rows?.length) return;
    hasAsked = true;
    navigator.storage?.persist?.();
  });
  part("version").textContent = page.version;
  part("check").addEventListener("click", async () => {
    part("checked").textContent = say("checking");
    const found = await check(true);
    part("checked").textContent = say(found === null ? "check_failed" : found === "ready" ? "update_ready" : "up_to_date");
  });
  show();
}
