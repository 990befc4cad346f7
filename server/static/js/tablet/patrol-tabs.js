/** A patrol over all open pages of the device: one of them tracks, what is written is written in turn, all are told. */

const HAND = "wangge.patrol.hand";
const TRACK = "wangge.patrol.track";
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("wangge.patrol") : null;
let turn = Promise.resolve();
let release = null;

/** One thing after another, whichever page does it: what is handed in is neither doubled nor left behind. */
export function alone(work) {
  const next = () => (navigator.locks ? navigator.locks.request(HAND, work) : work());
  turn = turn.then(next, next);
  return turn;
}

/** Begin to track as soon as no other page does. */
export function hold(begin) {
  letGo();
  const control = new AbortController();
  const over = new Promise((done) => { release = () => { control.abort(); done(); }; });
  const mine = () => { if (!control.signal.aborted) begin(); return over; };
  if (!navigator.locks) mine(); // plain http in a local network, where no device tells its place
  else navigator.locks.request(TRACK, { signal: control.signal }, mine).catch(() => { /* It ended before its turn came. */ });
}

/** Track no longer, or wait for it no longer: another page may. */
export function letGo() {
  release?.();
  release = null;
}

/** Tell the other pages `{person, patrol, why}`; `patrol` null: it has ended. */
export const announce = (told) => channel?.postMessage(told);

/** Listen to what other pages announce. */
export const hearOthers = (listener) => channel?.addEventListener("message", ({ data }) => listener(data));
