/**
 * WGS 84 and GCJ-02 in the browser, for overlays on a Chinese basemap; the same published formulas as geo/datum.py.
 * Degrees in, degrees out, longitude first. Outside China nothing is shifted.
 */

const AXIS = 6378245.0; // m, Krasovsky 1940
const ECCENTRICITY = 0.00669342162296594323; // squared, as in the published code

function wave(x, steps) {
  return steps.reduce((sum, [height, factor]) => sum + height * Math.sin(x * factor * Math.PI), 0);
}

function shift(lon, lat) {
  const x = lon - 105;
  const y = lat - 35;
  const common = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2 / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common
    + wave(x, [[20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]]) * 2 / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common
    + wave(y, [[20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]]) * 2 / 3;
  const radians = lat / 180 * Math.PI;
  const magic = 1 - ECCENTRICITY * Math.sin(radians) ** 2;
  const root = Math.sqrt(magic);
  return [
    east * 180 / (AXIS / root * Math.cos(radians) * Math.PI),
    north * 180 / (AXIS * (1 - ECCENTRICITY) / (magic * root) * Math.PI),
  ];
}

const SLACK = 1e-10; // degrees, as in geo/datum.py
const within = (value, least, most) => value >= least - SLACK && value <= most + SLACK;
const inChina = (lon, lat) => within(lon, 72.004, 137.8347) && within(lat, 0.8293, 55.8271);

/** @returns {[number, number]} lon, lat in GCJ-02 */
export function wgs84ToGcj02(lon, lat) {
  if (!inChina(lon, lat)) return [lon, lat];
  const [east, north] = shift(lon, lat);
  return [lon + east, lat + north];
}

/**
 * Invert by fixed-point iteration: six steps leave less than a micrometre. As in geo/datum.py the WGS 84
 * position decides whether a place is displaced at all.
 * @returns {[number, number]} lon, lat in WGS 84
 */
export function gcj02ToWgs84(lon, lat) {
  let [x, y] = [lon, lat];
  for (let step = 0; step < 6; step += 1) {
    const [east, north] = shift(x, y);
    [x, y] = [lon - east, lat - north];
  }
  return inChina(x, y) ? [x, y] : [lon, lat];
}

const TURN = Math.PI * 3000 / 180;

/** @returns {[number, number]} lon, lat in BD-09, the datum of Baidu's maps; outside China as given */
export function wgs84ToBd09(lon, lat) {
  if (!inChina(lon, lat)) return [lon, lat];
  const [x, y] = wgs84ToGcj02(lon, lat);
  const far = Math.hypot(x, y) + 0.00002 * Math.sin(y * TURN);
  const angle = Math.atan2(y, x) + 0.000003 * Math.cos(x * TURN);
  return [far * Math.cos(angle) + 0.0065, far * Math.sin(angle) + 0.006];
}
