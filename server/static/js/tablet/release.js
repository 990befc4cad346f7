/**
 * The worker that keeps the shell. A newer release is fetched beside the present one and waits until the person
 * lets it in, or until no page is open; what the person has kept (IndexedDB) is never touched by it.
 * Tells `release` ({state}): none (this browser or this address cannot), keeping, kept, failed, ready, changed.
 */

import { page, tell } from "../page.js";

const ADDRESS = "/t/sw.js";
const OFTEN_MS = 60 * 60 * 1000;
const CHOICE = { cache: "wangge-choice", language: "/t/language" };
const workers = navigator.serviceWorker;
let [registration, checkedAt, isAsked, state] = [null, 0, false, "keeping"];

function told(now) {
  state = now;
  tell("release", { state });
}

/** What stands now; the same words as `release` tells. */
export const releaseState = () => state;

/** Begin to keep the shell on this device; called once. */
export async function keepShell() {
  if (!workers || !isSecureContext) return told("none");
  const wasKept = Boolean(workers.controller);
  workers.addEventListener("controllerchange", () => {
    if (isAsked) location.reload();
    else told(wasKept ? "changed" : "kept");
  });
  addEventListener("online", () => check());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
  try {
    await wholePage();
    registration = await workers.register(ADDRESS, { scope: "/t/", updateViaCache: "none" });
  } catch {
    registration = (await workers.getRegistration("/t/")) ?? null; // without a network the one of before serves
  }
  checkedAt = Date.now();
  if (!registration) return told("failed");
  registration.addEventListener("updatefound", () => follow(registration.installing));
  if (registration.waiting && wasKept) return told("ready");
  if (registration.installing) return follow(registration.installing);
  return told(registration.active ? "kept" : "failed");
}

function wholePage() {
  return document.readyState === "complete" ? null : new Promise((done) => addEventListener("load", done, { once: true }));
}

function follow(worker) {
  worker?.addEventListener("statechange", () => {
    if (worker.state === "installed" && workers.controller) told("ready");
    if (worker.state === "activated" && !isAsked && state === "keeping") told("kept");
    if (worker.state === "redundant") told(registration.active ? "kept" : "failed");
  });
}

/** Look for a newer release, hourly at most unless `isNow`; gives the state then, null when the server was not reached. */
export async function check(isNow = false) {
  if (!registration || (!isNow && Date.now() - checkedAt < OFTEN_MS)) return state;
  checkedAt = Date.now();
  try {
    await registration.update();
  } catch {
    return null;
  }
  const coming = registration.installing;
  if (coming) await new Promise((done) => coming.addEventListener("statechange", done, { once: true }));
  return registration.waiting ? "ready" : state;
}

/** Let the newer release in, and open the page anew with it. */
export function update() {
  isAsked = true;
  if (registration?.waiting) registration.waiting.postMessage({ type: "update" });
  else location.reload();
}

/** From now on the shell speaks this language, without a network too; only this release's is kept. */
export async function chooseLanguage(language) {
  if (!self.caches) return;
  await (await caches.open(CHOICE.cache)).put(CHOICE.language, new Response(language));
  const [name, address] = [`wangge-shell-${page.version}`, `/t/shell?language=${language}`];
  if (!(await caches.has(name)) || (await (await caches.open(name)).match(address))) return;
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  const isOurs = answer?.ok && answer.headers.get("Wangge-Version") === page.version;
  if (isOurs) await (await caches.open(name)).put(address, answer);
}

/** Where the language was changed elsewhere (at the desk, when signing in), the shell follows. */
export async function followLanguage() {
  if (!navigator.onLine) return;
  const told_ = await fetch(page.urls.version, { cache: "no-store" }).then((answer) => answer.json(), () => null);
  const isOther = told_?.language && told_.language !== page.language;
  await chooseLanguage(told_?.language ?? page.language);
  if (!isOther || sessionStorage.getItem("wangge.language") === told_.language) return;
  sessionStorage.setItem("wangge.language", told_.language);
  if (!navigator.userActivation?.hasBeenActive) location.reload();
}
