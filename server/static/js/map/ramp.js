/** Five classes of counts with whole-number edges, and their colours from tokens.css. */

/** Read a colour of the tokens. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Cut counts into at most five classes of about equally many cells; zero is a class of its own.
 * @param {number[]} counts whole numbers, any order
 * @returns {number[]} least count of each class, rising, without zero
 */
export function edges(counts) {
  const some = counts.filter((count) => count > 0).sort((a, b) => a - b);
  if (!some.length) return [];
  const cuts = [0, 0.2, 0.4, 0.6, 0.8].map((share) => some[Math.floor(share * some.length)]);
  return [...new Set([1, ...cuts.slice(1)])];
}

/** Which class a count falls in: 0 for none, else 1 to 5. */
export function rank(count, lows) {
  return lows.filter((low) => count >= low).length;
}

/** Colour of a class; few classes are spread over the whole ramp. */
export function shade(place, lows) {
  if (!place) return token("--ramp-0");
  const spread = lows.length > 1 ? 1 + Math.round((place - 1) * 4 / (lows.length - 1)) : 3;
  return token(`--ramp-${spread}`);
}
