/*
 * What the worker answers: the shell for /t/, and its files, out of this release's cache. All else, the API
 * above all, goes to the network untouched, and no answer of the network is ever put into the cache here.
 */
const SCRIPT = /^\/t\/map-[0-9a-f]+\.js$/;
const PLACES = ["/t/", "/t/index.html"];

async function kept(address, request) {
  const found = await (await caches.open(OWN)).match(address, { ignoreVary: true });
  return found ?? fetch(request);
}

/** The shell in the chosen language; in another one where that was not kept, rather than none. */
async function shell(request) {
  const cache = await caches.open(OWN);
  const wanted = self.release.shells[await chosenLanguage()];
  for (const address of [wanted, ...Object.values(self.release.shells)]) {
    const found = await cache.match(address);
    if (found) return found;
  }
  return fetch(request);
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
