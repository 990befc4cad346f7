/** Asking the server for what it may have told before: with its ETag, past the browser's own cache. */

import { Problem } from "../api.js";
import { say } from "../page.js";
import { heard } from "./clock.js";

const WAIT_MS = 20000;
let told = false;
const AWAY = [502, 503, 504]; // something answered, but not the program

/** Whether the server has told the time since this page was opened. */
export const isTold = () => told;

/**
 * Ask for JSON; `known` is the ETag of what is here.
 * @param {string} url with its query
 * @param {string} [known]
 * @returns {Promise<{data: Object|null, etag: string|null}>} `data` null: unchanged
 */
export async function ask(url, known = "") {
  const headers = { Accept: "application/json", ...(known ? { "If-None-Match": known } : {}) };
  const began = Date.now();
  let response;
  try {
    response = await fetch(url, { headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(WAIT_MS) });
  } catch {
    throw new Problem({ status: 0, detail: say("offline") });
  }
  heard(response, began);
  told ||= response.headers.has("Date") && response.headers.has("ETag");
  if (response.status === 304) return { data: null, etag: known };
  let body = {};
  try {
    body = await response.json();
  } catch (error) {
    if (response.ok) throw new Problem({ status: 0, detail: error.message }); // broken off, or another's page (a hotel's sign-in)
  }
  if (!response.ok || response.redirected) throw new Problem({ ...body, status: response.redirected ? 0 : response.status });
  return { data: body, etag: response.headers.get("ETag") };
}

/** Tell whether a refusal means that the server was not reached. */
export function isAway(error) {
  return error.status === 0 || AWAY.includes(error.status);
}
