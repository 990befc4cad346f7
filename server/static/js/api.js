/** The one way to the server's JSON: answers are data, refusals are `Problem`s with a sentence. */

import { say } from "./page.js";

export class Problem extends Error {
  /** @param {{status: number, detail?: string, errors?: Array}} told status 0: no answer came */
  constructor(told) {
    super(told.detail || told.title || say("failed", { status: told.status }));
    this.status = told.status;
    this.errors = told.errors || [];
  }
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ status: 0, detail: say("offline") });
  }
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  const body = isJson ? await response.json() : {};
  if (!response.ok) throw new Problem({ ...body, status: response.status });
  return body;
}

/** Write an address with its query; empty values are left out. */
export function addressOf(url, query = {}) {
  const params = new URLSearchParams(query);
  for (const [key, value] of [...params]) if (value === "") params.delete(key);
  return params.size ? `${url}?${params}` : url;
}

/**
 * Get JSON.
 * @param {string} url without a query
 * @param {Object|URLSearchParams} query empty values are left out
 * @param {AbortSignal} [signal]
 */
export function getJson(url, query = {}, signal = undefined) {
  return answer(fetch(addressOf(url, query), { signal, headers: { Accept: "application/json" } }));
}

let token = "";

/** The token that a session's POSTs carry: the page's own, else asked for once; `isFresh` asks again. */
export async function sessionToken(isFresh = false) {
  token ||= document.querySelector("meta[name=csrf-token]")?.content ?? "";
  if (!token || isFresh) token = (await getJson("/api/v1/me")).csrf;
  return token;
}

/** Run only the newest call: an older one under way is aborted. */
export function latest(work) {
  let control = null;
  return async (...given) => {
    control?.abort();
    control = new AbortController();
    try {
      return await work(control.signal, ...given);
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      throw error;
    }
  };
}
