/*
 * What the worker answers: the shell for /t/, and its files, out of this release's cache. All else, the API
 * above all, goes to the network untouched; only a file of the release that is wrong in the cache is put there anew.
 */
const SCRIPT = /^\/t\/map-[0-9a-f]+\.js$/;
const PLACES = ["/t/", "/t/index.html"];

async function kept(address, request) {
  const cache = await caches.open(OWN);
  const found = await cache.match(address, { ignoreVary: true });
  if (found && isOfType(found, address)) return found;
  const isOurs = Object.hasOwn(self.release.assets, address);
  const answer = isOurs && (await ofThisRelease(address).catch(() => null));
  if (!answer) return fetch(request);
  await cache.put(address, answer.clone());
  return answer;
}

/** The shell in the chosen language; in another one where that was not kept, rather than none. */
async function shell(request) {
  const cache = await caches.open(OWN);
  const wanted = self.release.shells[await chosenLanguage()];
  for (const address of [wanted, ...Object.values(self.release.shells)]) {
    const found = await cache.match(address);
    if (found && isOfType(found, address) && found.headers.get("Wangge-Version") === self.release.version) return found;
  }
  return fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PLACES.includes(address.pathname)) event.respondWith(shell(request));
  } else if (Object.hasOwn(self.release.assets, address.pathname) || SCRIPT.test(address.pathname)) {
    event.respondWith(kept(address.pathname, request));
  } else if (address.pathname === "/t/ground.pmtiles" && self.groundAnswer) {
    event.respondWith(self.groundAnswer(request));
  }
});
