import { Problem, sessionToken } from "../api.js";
import { page, say } from "../page.js";
import { begun } from "../tablet/begun.js";
import { keep } from "../tablet/draft.js";
import { forget } from "../tablet/field.js";
import { all } from "../tablet/outbox.js";
import * as patrol from "../tablet/patrol.js";
import { whoami } from "../tablet/store.js";

/**
 * Signs out; asks first when something has not been sent, is not finished, or a patrol runs, and says what becomes of it.
 * @param {HTMLElement} element with `[data-sign-out]`, `[data-problem]` and a dialog with `[data-words]`, `[data-sure]`
 */
export function mount(element) {
  const part = (name) => element.querySelector(`[data-${name}]`);
  const dialog = element.querySelector("dialog");

  function complain(words) {
    part("problem").textContent = words;
    part("problem").hidden = !words;
  }

  async function ask() {
    complain("");
    const sentences = whoami() ? await becomes() : [];
    if (!sentences.length) return leave();
    part("words").textContent = sentences.join("\n");
    return dialog.showModal();
  }

  async function leave() {
    try {
      await endSession();
    } catch (error) {
      complain(say(error instanceof Unended ? "leave_patrol_failed" : "leave_failed"));
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

class Unended extends Error {}

/** Sentences of what becomes of what is not sent, not ended, not finished. */
async function becomes() {
  await keep();
  const [waiting, lost] = [(await all()).filter((row) => row.state !== "done").length, await begun()];
  const what = Object.entries(lost).filter(([, n]) => n).map(([name, n]) => say(`leave_${name}`, { n }));
  return [
    patrol.current() && say("leave_patrol"),
    waiting && say("leave_waiting", { n: waiting }),
    what.length && say("leave_lost", { what: what.join(say("comma")) }),
  ].filter(Boolean);
}

/** The patrol is ended only once the server has answered: without it nobody is signed out. */
async function endSession() {
  let token;
  try {
    token = await sessionToken(true);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return endPatrol(); // the server has forgotten us already
    throw error;
  }
  await endPatrol();
  const answer = await fetch("/sign-out", { method: "POST", body: new URLSearchParams({ csrf_token: token }) });
  if (!answer.ok) throw new Problem({ status: answer.status });
  return undefined;
}

async function endPatrol() {
  try {
    await patrol.stop();
  } catch {
    throw new Unended();
  }
}
