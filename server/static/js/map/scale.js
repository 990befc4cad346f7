/** Classes of a density: from a value to a colour, and the rows of its legend. */

import { token } from "./ramp.js";

const STEPS = 256;
const HEAT = [[0, "--heat-0", 0], [0.2, "--heat-0", 0.66], [0.6, "--heat-1", 0.8], [1, "--heat-2", 0.88]];
const MORE = [[0, "--more-0", 0], [0.34, "--more-0", 0.4], [0.67, "--more-1", 0.75], [1, "--more-2", 0.92]];
const LESS = [[0, "--less-0", 0], [0.34, "--less-0", 0.4], [0.67, "--less-1", 0.75], [1, "--less-2", 0.92]];

/**
 * Make the scale of a density.
 * @param {number[]} breaks upper bounds of the classes, rising; of a difference around zero
 * @param {boolean} isSigned whether it is a difference
 * @returns {{index: Function, table: Uint32Array, rows: Array<{low: number, high: number, colour: string}>}}
 */
export function scale(breaks, isSigned) {
  const bounds = breaks.filter((bound) => bound > 0);
  const table = new Uint32Array(isSigned ? 2 * STEPS : STEPS);
  paint(table, 0, isSigned ? MORE : HEAT);
  if (isSigned) paint(table, STEPS, LESS);

  /** Place of a value in the table: a class takes an equal part of it, whatever its width. */
  function index(value) {
    const size = value < 0 ? -value : value;
    let [place, low] = [0, 0];
    while (place < bounds.length && size > bounds[place]) { low = bounds[place]; place += 1; }
    if (place === bounds.length) return (value < 0 ? STEPS : 0) + STEPS - 1;
    const part = (place + (size - low) / (bounds[place] - low)) / bounds.length;
    return (value < 0 ? STEPS : 0) + Math.min(STEPS - 1, Math.floor(part * STEPS));
  }

  return { index, table, rows: rows(bounds, isSigned) };
}

function rows(bounds, isSigned) {
  const up = bounds.map((high, place) => {
    const [from, to] = [place / bounds.length, (place + 1) / bounds.length];
    return { low: place ? bounds[place - 1] : 0, high, from, to };
  });
  const of = (stops) => ({ low, high, from, to }) => ({ low, high, colour: `linear-gradient(90deg, ${css(stops, from)}, ${css(stops, to)})` });
  if (!isSigned) return up.map(of(HEAT));
  const down = up.map(of(LESS)).map(({ low, high, colour }) => ({ low: -high, high: -low, colour: colour.replace("90deg", "270deg") }));
  const [middle, ...more] = up.map(of(MORE));
  return [...down.slice(1).reverse(), { low: -middle.high, high: middle.high, colour: "transparent" }, ...more];
}

function paint(table, from, stops) {
  const bytes = new Uint8ClampedArray(table.buffer);
  for (let step = 0; step < STEPS; step += 1) bytes.set(mix(stops, step / (STEPS - 1)), 4 * (from + step));
}

/** Colour at a part of the way between stops: red, green, blue, alpha in 0 to 255. */
function mix(stops, part) {
  const after = Math.max(1, stops.findIndex(([at]) => at >= part));
  const [[low, first, faint], [high, second, full]] = [stops[after - 1], stops[after]];
  const way = (part - low) / (high - low);
  const [from, to] = [hex(first), hex(second)];
  return [...from.map((one, place) => one + (to[place] - one) * way), 255 * (faint + (full - faint) * way)];
}

function css(stops, part) {
  const [red, green, blue, alpha] = mix(stops, part).map(Math.round);
  return `rgb(${red} ${green} ${blue} / ${Math.round(alpha / 2.55)}%)`;
}

function hex(name) {
  const value = parseInt(token(name).slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
