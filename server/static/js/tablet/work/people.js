/** Whom an issue can be given to: asked of the server while it can be reached, remembered for when it cannot. */

import { getJson } from "../../api.js";
import { page } from "../../page.js";
import { get, keep } from "../kept.js";

const KEY = "candidates";
const OLD_MS = 6 * 3_600_000;

/**
 * List them, the nearest first.
 * @param {string} number of the issue
 * @returns {Promise<Array>} `{holder, name, what, group}`; empty when nothing was ever heard
 */
export async function holders(number) {
  try {
    return await ask(number);
  } catch {
    return (await get(KEY))?.data ?? []; // without an answer: those of the last time
  }
}

/** Remember them while there is a network, so that one can hand over without. */
export async function remember(number) {
  const kept = await get(KEY);
  if (!kept || Date.now() - new Date(kept.at) > OLD_MS) await ask(number);
}

async function ask(number) {
  const { items } = await getJson(`${page.urls.issues}/${encodeURIComponent(number)}/candidates`);
  await keep(KEY, items, null);
  return items;
}
