/** In which cell a point lies, decided on the device by the server's own rule; see geo/locator.py. */

import { orient2d } from "../../vendor/robust-predicates/orient2d.js";

const AXIS_M = 6378137;
const FLAT = 1 / 298.257223563;
const E2 = FLAT * (2 - FLAT);
const DEGREE = Math.PI / 180;
const SMALLEST_DEGREE_M = 110574;
const TIE_M = 1e-6; // as near as this to each other is equally near
const SLACK = 1.1;
const OUT = 0, INNER = 1, BORDER = 2;
const prepared = new WeakMap();

/**
 * Find a point's cell among those on the device.
 * @param {number} lon WGS 84 degrees
 * @param {number} lat WGS 84 degrees
 * @param {Object} ground as /api/v1/field/ground tells it: `cells`, `reach`, `nearest_m`
 * @returns {{how: string, cell: Object|null, distance_m: number|null}} `how` is inside, edge, overlap, nearest,
 *   outside, or unknown where a cell that is not on the device may have to do with the point
 */
export function locate(lon, lat, ground) {
  const unknown = { how: "unknown", cell: null, distance_m: null };
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return unknown;
  const known_m = withinReach(lon, lat, ground.reach);
  if (known_m < 0) return unknown;
  const cells = cellsOf(ground);
  const { first, covers, inner } = covering(cells, lon, lat);
  if (first) {
    const how = inner > 1 ? "overlap" : inner === covers ? "inside" : "edge";
    return { how, cell: first.cell, distance_m: 0 };
  }
  const found = nearest(cells, lon, lat, ground.nearest_m);
  if ((found ? found.metres : ground.nearest_m) > known_m) return unknown;
  return found ? { how: "nearest", cell: found.cell, distance_m: found.metres } : { how: "outside", cell: null, distance_m: null };
}

/** Metres from a point to the border of what is known; negative beyond it, endless without one. */
function withinReach(lon, lat, reach) {
  if (!reach) return Infinity;
  const [west, south, east, north] = reach;
  const [eastM, northM] = degreeM(lat);
  return Math.min((lon - west) * eastM, (east - lon) * eastM, (lat - south) * northM, (north - lat) * northM);
}

/** The cells by code, their rings as plain arrays of numbers; made once for each ground. */
function cellsOf(ground) {
  if (!prepared.has(ground)) {
    const cells = ground.cells.map((cell) => ({ cell, code: cell.code, ...flatten(cell.outline) }));
    prepared.set(ground, cells.sort((one, other) => (one.code < other.code ? -1 : 1)));
  }
  return prepared.get(ground);
}

function flatten(outline) {
  const parts = outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates;
  const rings = parts.flat().map((ring) => Float64Array.from(ring.flatMap(([x, y]) => [x, y])));
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      box[0] = Math.min(box[0], ring[at]);
      box[1] = Math.min(box[1], ring[at + 1]);
      box[2] = Math.max(box[2], ring[at]);
      box[3] = Math.max(box[3], ring[at + 1]);
    }
  }
  return { rings, box };
}

/** The first cell by code that covers a point, how many do, and how many of these it is inside of. */
function covering(cells, lon, lat) {
  const found = { first: null, covers: 0, inner: 0 };
  for (const one of cells) {
    let place = placeIn(one, lon, lat);
    // The meridian of 180 degrees is one line with two names.
    if (place === OUT && Math.abs(lon) === 180) place = placeIn(one, -lon, lat);
    if (place === OUT) continue;
    found.first ??= one;
    found.covers += 1;
    found.inner += place === INNER;
  }
  return found;
}

/** Whether a point is out of a cell, inside it, or on its border; exactly, as the doubles stand. */
function placeIn({ rings, box }, x, y) {
  if (x < box[0] || y < box[1] || x > box[2] || y > box[3]) return OUT;
  let isInner = false;
  for (const ring of rings) {
    for (let at = 0; at + 3 < ring.length; at += 2) {
      const ax = ring[at], ay = ring[at + 1], bx = ring[at + 2], by = ring[at + 3];
      if (ay > y === by > y) {
        const isLevel = ay === y && by === y && Math.min(ax, bx) <= x && x <= Math.max(ax, bx);
        if (isLevel || (ax === x && ay === y)) return BORDER;
      } else if (ax > x && bx > x) {
        isInner = !isInner;
      } else if (ax >= x || bx >= x) {
        const side = orient2d(ax, ay, bx, by, x, y); // negative: the point is to the left
        if (side === 0) return BORDER;
        if (side < 0 === by > ay) isInner = !isInner;
      }
    }
  }
  return isInner ? INNER : OUT;
}

/** The nearest cell within so many metres; of those equally near the first by code. */
function nearest(cells, lon, lat, withinM) {
  const north = (withinM * 1.001) / SMALLEST_DEGREE_M + 1e-9;
  const narrow = Math.cos(Math.min(Math.abs(lat) + north, 90) * DEGREE);
  const east = narrow > 0 ? Math.min(north / narrow, 180) : 180;
  const sights = [lon, ...(lon + east >= 180 ? [lon - 360] : []), ...(lon - east <= -180 ? [lon + 360] : [])];
  const near = [];
  for (const { cell, rings, box } of cells) {
    for (const x of sights) {
      if (x + east < box[0] || lat + north < box[1] || x - east > box[2] || lat - north > box[3]) continue;
      const metres = metresTo(rings, x, lat, withinM);
      if (metres <= withinM) near.push({ cell, metres });
    }
  }
  const least = Math.min(...near.map((one) => one.metres));
  return near.find((one) => one.metres <= least + TIE_M);
}

/** Metres to the nearest spot of a cell's border, found in a plane with the ellipsoid's own scale there. */
function metresTo(rings, x, y, withinM) {
  const [east, north] = degreeM(y);
  let least = (SLACK * withinM) ** 2, spotX = Infinity, spotY = y;
  for (const ring of rings) {
    for (let at = 0; at + 3 < ring.length; at += 2) {
      const ax = ring[at], ay = ring[at + 1], dx = ring[at + 2] - ax, dy = ring[at + 3] - ay;
      const beginX = (ax - x) * east, beginY = (ay - y) * north, alongX = dx * east, alongY = dy * north;
      const length = alongX * alongX + alongY * alongY;
      const share = Math.min(Math.max(-(beginX * alongX + beginY * alongY) / (length || 1), 0), 1);
      const squared = (beginX + share * alongX) ** 2 + (beginY + share * alongY) ** 2;
      if (squared <= least) [least, spotX, spotY] = [squared, ax + share * dx, ay + share * dy];
    }
  }
  const [middleEast, middleNorth] = degreeM((y + spotY) / 2);
  return spotX === Infinity ? Infinity : Math.sqrt(((spotX - x) * middleEast) ** 2 + ((spotY - y) * middleNorth) ** 2);
}

/** Metres in a degree of longitude and of latitude at a latitude, from the ellipsoid's radii of curvature. */
function degreeM(lat) {
  const w2 = 1 - E2 * Math.sin(lat * DEGREE) ** 2;
  return [(AXIS_M / Math.sqrt(w2)) * Math.cos(lat * DEGREE) * DEGREE, ((AXIS_M * (1 - E2)) / w2 ** 1.5) * DEGREE];
}
