/*
 * The ground map of one's area without a network: kept whole in the cache `wangge-ground`, read in ranges by the
 * map. Classic script of the service worker; gives it `self.groundAnswer(request)`.
 */
(() => {
  const CACHE = "wangge-ground";
  const ADDRESS = "/t/ground.pmtiles";
  const MAGIC = "PMTiles";
  const AGAIN_MS = 60 * 60 * 1000;
  let held = null; // {blob, etag} of what is in the cache
  let asking = null;
  let askedAt = -AGAIN_MS;

  /** Answer for the ground map: from the cache when it is there, else from the network, which is then kept. */
  self.groundAnswer = async (request) => {
    const kept = await whole();
    const answer = kept ? part(kept, request.headers.get("Range")) : await fetch(request);
    if (kept || answer.ok) freshen();
    return answer;
  };

  /** Ask whether there is another one by now, at most once an hour unless `isNow`; offline what is kept stays. */
  function freshen(isNow = false) {
    if (!isNow && performance.now() - askedAt < AGAIN_MS) return asking;
    if (isNow) askedAt = -AGAIN_MS; // should it fail, the next who looks at the map asks again
    if (isNow && asking) return asking.then(() => freshen()); // what is on its way may be for another person
    asking ??= ask().catch(() => {}).finally(() => { asking = null; });
    return asking;
  }

  async function ask() {
    const etag = (await whole())?.etag;
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(ADDRESS, { headers, cache: "no-store", credentials: "same-origin" });
    if (answer.status === 404) return forget();
    if (answer.status === 304) askedAt = performance.now();
    if (answer.status !== 200 || answer.redirected || !(await isGround(answer.clone()))) return undefined;
    await (await caches.open(CACHE)).put(ADDRESS, answer);
    held = null;
    askedAt = performance.now();
    return undefined;
  }

  /** Whether it is a ground map, and not a network's own page in the server's place. */
  async function isGround(answer) {
    return (await (await answer.blob()).slice(0, MAGIC.length).text()) === MAGIC;
  }

  async function forget() {
    await caches.delete(CACHE);
    held = null;
    askedAt = -AGAIN_MS;
  }

  async function whole() {
    if (!(await caches.has(CACHE))) held = null; // signing out deletes it
    else if (!held) {
      const kept = await (await caches.open(CACHE)).match(ADDRESS, { ignoreVary: true });
      held = kept ? { blob: await kept.blob(), etag: kept.headers.get("ETag") } : null;
    }
    return held;
  }

  /** The bytes that a Range header asks for, as a server would give them. */
  function part({ blob, etag }, range) {
    const headers = { "Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", ...(etag ? { ETag: etag } : {}) };
    const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
    if (first === undefined || (first === "" && last === "")) return new Response(blob, { headers });
    const begin = first === "" ? Math.max(blob.size - Number(last), 0) : Number(first);
    const end = first === "" || last === "" ? blob.size : Math.min(Number(last) + 1, blob.size);
    if (begin >= blob.size || end <= begin) {
      return new Response(null, { status: 416, headers: { ...headers, "Content-Range": `bytes */${blob.size}` } });
    }
    const told = { ...headers, "Content-Range": `bytes ${begin}-${end - 1}/${blob.size}`, "Content-Length": String(end - begin) };
    return new Response(blob.slice(begin, end), { status: 206, headers: told });
  }

  self.addEventListener("message", (event) => {
    const kind = event.data?.type;
    const done = kind === "ground" ? freshen(true) : kind === "ground-forget" ? forget() : null;
    if (done) event.waitUntil?.(done);
  });
})();
