/** Which time it is: the device's clock, put right by what the server's answers say. */

const KEPT = "wangge.skew";
const SKEWED_S = 120;
const SLOW_MS = 10_000; // an answer that took longer tells too little of the time
const WITHIN_S = 1; // `Date` counts whole seconds
const MOST_S = 100 * 31_557_600; // a tablet whose battery ran out may begin again in 1970; more is damage
let known = read();

function read() {
  const said = Number.parseFloat(localStorage.getItem(KEPT));
  return Math.abs(said) < MOST_S ? said : null;
}

/**
 * Learn from an answer how far the device's clock is off.
 * @param {Response} response just received
 * @param {number} asked `Date.now()` when it was asked
 */
export function heard(response, asked) {
  const told = Date.parse(response.headers.get("Date") ?? "");
  const [now, age] = [Date.now(), Number(response.headers.get("Age") ?? 0)];
  if (!Number.isFinite(told) || now < asked || now - asked > SLOW_MS || age) return;
  const off = ((asked + now) / 2 - (told + 500)) / 1000;
  const skew = Math.abs(off) <= WITHIN_S ? 0 : Math.round(off);
  if (skew === known || !(Math.abs(skew) < MOST_S)) return;
  known = skew;
  localStorage.setItem(KEPT, String(skew));
}

/** By how many seconds the device's clock is ahead of the server's; null when nothing was heard yet. */
export const skew = () => known;

/** The present instant, put right. */
export const now = () => corrected(new Date());

/** An instant of the device's clock, put right by what was known then, else by what is known now. */
export function corrected(at, offBy = known) {
  return new Date(new Date(at).getTime() - (offBy ?? known ?? 0) * 1000);
}

/** Whether the device's clock is so far off that its owner should be told. */
export const isSkewed = () => Math.abs(known ?? 0) > SKEWED_S;
