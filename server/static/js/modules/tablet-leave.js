import { Problem, sessionToken } from "../api.js";
import { page, say } from "../page.js";
import { forget } from "../tablet/field.js";
import { all } from "../tablet/outbox.js";
import { whoami } from "../tablet/store.js";

/**
 * Signs out; asks first when something has not been sent, and says what becomes of it.
 * @param {HTMLElement} element with `[data-sign-out]`, `[data-problem]` and a dialog with `[data-words]`, `[data-sure]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const dialog = element.querySelector("dialog");

  async function ask() {
    part("problem").hidden = true;
    const rows = whoami() ? await all() : [];
    const waiting = rows.filter((row) => row.state !== "done").length;
    if (!waiting) return leave();
    part("words").textContent = say("leave_waiting", { n: waiting });
    return dialog.showModal();
  }

  async function leave() {
    try {
      await endSession();
    } catch {
      part("problem").textContent = say("leave_failed");
      part("problem").hidden = false;
      return;
    }
    await forget();
    await self.caches?.delete("wangge-ground");
    navigator.serviceWorker?.controller?.postMessage({ type: "ground-forget" });
    location.assign(page.urls.sign_in);
  }

  part("sign-out").addEventListener("click", ask);
  part("sure").addEventListener("click", leave);
}

async function endSession() {
  let token;
  try {
    token = await sessionToken(true);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return; // the server has forgotten us already
    throw error;
  }
  const answer = await fetch("/sign-out", { method: "POST", body: new URLSearchParams({ csrf_token: token }) });
  if (!answer.ok) throw new Problem({ status: answer.status });
}
