/**
 * Links that hand a place to a map app. Only its coordinates go out, in the app's own datum, and a neutral name:
 * never an issue's words. Nothing is asked of these hosts until the person taps.
 */

import { wgs84ToBd09, wgs84ToGcj02 } from "../../map/datum.js";
import { say } from "../../page.js";

const AMAP = "https://uri.amap.com/navigation";
const BAIDU = "https://api.map.baidu.com/marker";
const TENCENT = "https://apis.map.qq.com/uri/v1/routeplan";
const digits = (value) => value.toFixed(6);

/**
 * The apps for walking to a place.
 * @param {{lon: number, lat: number}} place WGS 84
 * @returns {Array<{code: string, href: string}>} the device's own choice first; `map_app_<code>` is its name
 */
export function apps({ lon, lat }) {
  const name = encodeURIComponent(say("map_goal"));
  const [east, north] = wgs84ToGcj02(lon, lat).map(digits);
  const [eastBd, northBd] = wgs84ToBd09(lon, lat).map(digits);
  return [
    { code: "own", href: `geo:${digits(lat)},${digits(lon)}?q=${digits(lat)},${digits(lon)}(${name})` },
    { code: "amap", href: `${AMAP}?to=${east},${north},${name}&mode=walk&coordinate=gaode&callnative=1` },
    { code: "baidu", href: `${BAIDU}?location=${northBd},${eastBd}&title=${name}&content=${name}`
      + "&coord_type=bd09ll&output=html&src=webapp.wangge" },
    { code: "tencent", href: `${TENCENT}?type=walk&to=${name}&tocoord=${north},${east}&referer=wangge` },
  ];
}
