/*
 * What the worker keeps of the shell: all of one release, or nothing. A classic script, like all of `sw/`.
 * `self.release` is written by /t/sw.js: {version, shells: {language: address}, assets: [address]}.
 */
const PREFIX = "wangge-shell-";
const OWN = `${PREFIX}${self.release.version}`;
const CHOICE = { cache: "wangge-choice", language: "/t/language" };
const DEFAULT = "zh";

/** The language of the shell on this device; the page writes it down. */
async function chosenLanguage() {
  const found = await (await caches.open(CHOICE.cache)).match(CHOICE.language);
  const said = found ? await found.text() : "";
  return said in self.release.shells ? said : DEFAULT;
}

/** Fetch one file of this release; one of another release, missing or redirected, is an error. */
async function ofThisRelease(address) {
  const isStatic = address.startsWith("/static/");
  const answer = await fetch(address, { credentials: "same-origin", cache: isStatic ? "default" : "no-store" });
  const isShell = Object.values(self.release.shells).includes(address);
  const isOther = isStatic ? !(answer.headers.get("Cache-Control") ?? "").includes("immutable")
    : isShell && answer.headers.get("Wangge-Version") !== self.release.version;
  if (!answer.ok || answer.redirected || isOther) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

async function keepAll() {
  const cache = await caches.open(OWN);
  try {
    const all = [self.release.shells[await chosenLanguage()], ...self.release.assets];
    await Promise.all(all.map(async (address) => cache.put(address, await ofThisRelease(address))));
  } catch (error) {
    await caches.delete(OWN);
    throw error;
  }
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== OWN).map((name) => caches.delete(name)));
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => self.clients.claim())));
self.addEventListener("message", ({ data }) => { if (data?.type === "update") self.skipWaiting(); });
