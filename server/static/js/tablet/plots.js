/** Plots of the ground, numbered as geo/plots.py numbers them: squares about 50 m wide that are fixed to the earth. */

const ROWS = 2224; // to a degree of latitude
const FIRST = 2 ** 20;

/** How many columns a row has: as many for all rows between two whole degrees. */
function columnsOf(row) {
  const middle = (Math.floor(row / ROWS) - 89.5) * (Math.PI / 180);
  return Math.max(1, Math.round(360 * ROWS * Math.cos(middle)));
}

const within = (value, most) => Math.min(Math.max(value, 0), most);

/** The number of the plot that holds a point in WGS 84 degrees. */
export function plotAt(lon, lat) {
  const row = within(Math.floor((lat + 90) * ROWS), 180 * ROWS - 1);
  const columns = columnsOf(row);
  return row * FIRST + within(Math.floor(((lon + 180) / 360) * columns), columns - 1);
}

/** The box of a plot: west, south, east, north, WGS 84 degrees. */
export function boxOf(plot) {
  const row = Math.floor(plot / FIRST);
  const [column, wide] = [plot - row * FIRST, 360 / columnsOf(row)];
  return [column * wide - 180, row / ROWS - 90, (column + 1) * wide - 180, (row + 1) / ROWS - 90];
}

/**
 * What of a box lies in an outline, as rings that are filled evenly; the whole box where there is no outline.
 * @param {Object|undefined} outline GeoJSON polygon or multipolygon
 * @param {number[]} box west, south, east, north
 */
export function clipped(outline, [west, south, east, north]) {
  if (!outline) return [[[west, south], [east, south], [east, north], [west, north]]];
  const rings = outline.type === "Polygon" ? outline.coordinates : outline.coordinates.flat();
  const sides = [[0, west, 1], [0, east, -1], [1, south, 1], [1, north, -1]];
  return rings.map((ring) => sides.reduce(cut, ring)).filter((ring) => ring.length > 2);
}

/** What of a ring lies on one side of a line along an axis. */
function cut(ring, [axis, at, sign]) {
  const isIn = (point) => sign * (point[axis] - at) >= 0;
  return ring.flatMap((point, n) => {
    const before = ring.at(n - 1);
    if (isIn(point) === isIn(before)) return isIn(point) ? [point] : [];
    const part = (at - before[axis]) / (point[axis] - before[axis]);
    const edge = [0, 1].map((one) => (one === axis ? at : before[one] + part * (point[one] - before[one])));
    return isIn(point) ? [edge, point] : [edge];
  });
}
