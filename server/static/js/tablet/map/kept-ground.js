/** The ground map kept on the device: asked for as soon as there is a worker to keep it, and anew for another area. */

import { hearNow, page } from "../../page.js";

const KEEPS = ["kept", "changed", "ready"];
let [isKept, area, asked] = [false, "", ""];

/** Ask for it at each opening, when somebody else works with the device, and when her cells become others; once per page. */
export function followGround() {
  if (!page.basemap?.vector || !navigator.serviceWorker) return;
  hearNow("release", ({ state }) => { isKept ||= KEEPS.includes(state); ask(); });
  hearNow("field:ground", (ground) => { area = areaOf(ground); ask(); });
}

/** Whose area it is, and which. */
function areaOf({ grid, person, cells }) {
  return [person?.uid, grid, ...cells.filter((one) => one.own).map((one) => one.code)].join();
}

async function ask() {
  if (!isKept || !area || asked === area) return;
  asked = area;
  const found = await navigator.serviceWorker.getRegistration("/t/");
  found?.active?.postMessage({ type: "ground" });
}
