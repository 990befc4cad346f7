/*
 * What the worker keeps of the shell: all of one release, or nothing. A classic script, like all of `sw/`.
 * `self.release` is written by /t/sw.js: {version, shells: {language: address}, assets: {address: digest}}.
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

/** Whether an answer has the type that its address promises: a page, a script, a style sheet or a picture. */
function isOfType(answer, address) {
  const ending = /\.(\w+)$/.exec(address)?.[1] ?? "html";
  return (answer.headers.get("Content-Type") ?? "").includes({ js: "javascript", svg: "image/svg" }[ending] ?? ending);
}

async function isWhole(answer, wanted) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer()));
  return [...digest].map((one) => one.toString(16).padStart(2, "0")).join("").startsWith(wanted);
}

/**
 * Fetch one file of this release. What is missing, redirected, of another release, or not the very file, as when a
 * network's own page answers in the server's place, is an error; a wrong one that the browser holds is fetched anew.
 */
async function ofThisRelease(address) {
  const wanted = self.release.assets[address];
  const ways = address.startsWith("/static/") ? ["default", "reload"] : ["no-store"];
  for (const cache of ways) {
    const answer = await fetch(address, { credentials: "same-origin", cache });
    if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
    const isRight = wanted ? await isWhole(answer, wanted) : answer.headers.get("Wangge-Version") === self.release.version;
    if (isRight && isOfType(answer, address)) return answer;
  }
  throw new Error(`${address}: not what it should be`);
}

async function keepAll() {
  const cache = await caches.open(OWN);
  try {
    const all = [self.release.shells[await chosenLanguage()], ...Object.keys(self.release.assets)];
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
