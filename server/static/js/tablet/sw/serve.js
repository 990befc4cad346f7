/*
 * What the worker answers: the shell for /t/, and its files, out of this release's cache. All else, the API
 * above all, goes to the network untouched, and no answer of the network is ever put into the cache here.
 */
const SCRIPT = /^\/t\/map-[0-9a-f]+\.js$/;
const DEFAULT = "zh";
const PLACES = ["/t/", "/t/index.html"];

async function chosenLanguage() {
  const kept = await (await caches.open(CHOICE.cache)).match(CHOICE.language);
  const said = kept ? await kept.text() : "";
  return said in self.release.shells ? said : DEFAULT;
}

async function kept(address, request) {
  const found = await (await caches.open(OWN)).match(address, { ignoreVary: true });
  return found ?? fetch(request);
}

async function shell(request) {
  return kept(self.release.shells[await chosenLanguage()], request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PLACES.includes(address.pathname)) event.respondWith(shell(request));
  } else if (self.release.assets.includes(address.pathname) || SCRIPT.test(address.pathname)) {
    event.respondWith(kept(address.pathname, request));
  } else if (address.pathname === "/t/ground.pmtiles" && self.groundAnswer) {
    event.respondWith(self.groundAnswer(request));
  }
});
