/** Which categories lie nearest: the person's own last ones, then what is open here, then the plan's order. */

import { pref, setPref } from "./store.js";

const KEY = "report.recents";
const SHOWN = 6;
const KEPT = 30;

/** Categories for the first row, `SHOWN` of them; `kept` as the device remembers, newest first. */
export function nearest(categories, kept, issues) {
  const known = new Set(categories.map((one) => one.code));
  const here = new Map();
  for (const issue of issues) here.set(issue.category.code, (here.get(issue.category.code) ?? 0) + 1);
  const frequent = [...here].sort((one, other) => other[1] - one[1]).map(([code]) => code);
  const wanted = [...new Set([...kept, ...frequent, ...known])].filter((code) => known.has(code));
  return wanted.slice(0, SHOWN).map((code) => categories.find((one) => one.code === code));
}

/** Categories whose name, group or code holds the words. */
export function matching(categories, words) {
  const wanted = words.trim().toLowerCase();
  return categories.filter((one) => [one.name, one.group_name, one.code].some((text) => text.toLowerCase().includes(wanted)));
}

/** What the person reported last, newest first; nothing before anybody has signed in here. */
export const remembered = () => pref(KEY).then((codes) => codes ?? [], () => []);

/** Remember one more. */
export async function remember(code) {
  const kept = await remembered();
  await setPref(KEY, [code, ...kept.filter((one) => one !== code)].slice(0, KEPT));
}
