/** Keeps a board alive: draws its charts, fetches it anew, and says since when it stands still if it cannot. */

import { say } from "../page.js";
import { KINDS } from "./charts.js";

const charts = new Map();

/** Draw every `[data-chart]` out of the data beside it; a click on a number leads to its list. */
export function draw(live, { leads = true, isFirst = true } = {}) {
  for (const chart of charts.values()) chart.dispose();
  charts.clear();
  const script = live.querySelector("script[data-charts]");
  if (!script || !window.echarts) return;
  const data = JSON.parse(script.textContent);
  for (const place of live.querySelectorAll("[data-chart]")) {
    const name = place.dataset.chart;
    if (!data[name]) continue;
    place.replaceChildren();
    const chart = window.echarts.init(place);
    const option = KINDS[name](data[name]);
    chart.setOption(isFirst ? option : { ...option, animation: false });
    if (leads) chart.on("click", (hit) => { if (hit.data?.url) window.location.assign(hit.data.url); });
    charts.set(name, chart);
  }
}

/** Fetch the page as it is now; gives its live part. Throws what to say: `stale` or `signed_out`. */
async function fetched() {
  let response;
  try {
    response = await fetch(window.location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  } catch {
    throw new Error("stale");
  }
  if (new URL(response.url).pathname === "/sign-in" || response.status === 401) throw new Error("signed_out");
  if (!response.ok) throw new Error("stale");
  const found = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-live]");
  if (!found) throw new Error("stale");
  return found;
}

/**
 * Put the newest picture in place of the present one; what is unfolded and focused stays so.
 * @returns {Promise<boolean>} whether it came
 */
export async function refresh(root, options) {
  const live = root.querySelector("[data-live]");
  const problem = root.querySelector("[data-problem]");
  const time = live.querySelector("[data-at]")?.dataset.at ?? "";
  let found;
  try {
    found = await fetched();
  } catch (error) {
    problem.textContent = say(error.message, { time });
    problem.hidden = false;
    return false;
  }
  problem.hidden = true;
  const unfolded = [...live.querySelectorAll("details[data-keep][open]")].map((one) => one.dataset.keep);
  const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(...document.adoptNode(found).childNodes);
  for (const one of live.querySelectorAll("details[data-keep]")) one.open = unfolded.includes(one.dataset.keep);
  if (focused) [...live.querySelectorAll("a")].find((one) => one.getAttribute("href") === focused)?.focus();
  draw(live, { ...options, isFirst: false });
  return true;
}

/** Refresh every so many seconds while the page is looked at, and at once when it is looked at again. */
export function keep(root, options = {}) {
  const wait = Number(root.dataset.every) * 1000;
  let last = Date.now();
  const once = async () => {
    if (document.hidden || Date.now() - last < wait) return;
    last = Date.now();
    await refresh(root, options);
  };
  window.setInterval(once, 1000);
  document.addEventListener("visibilitychange", once);
  window.addEventListener("resize", () => { for (const chart of charts.values()) chart.resize(); });
}
