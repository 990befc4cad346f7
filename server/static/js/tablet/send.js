/** One step on its way to the server: what is said, asked again under the same key, and what the answer means. */

import { say } from "../page.js";
import { corrected, heard } from "./clock.js";

const API = "/api/v1";
const PATIENCE_MS = { photos: 120_000, other: 30_000 };
const SLOW_BYTES_MS = 8; // of a line that is only just one: photos are given time by their size
const ON_THE_SPOT = ["take", "finish", "settle", "answer", "note", "attach"]; // others happen when they are received
const PAUSED = [408, 425, 429, 503];
const ABSENT = [0, 502, 504]; // nobody there: everything waits
const TOO_FULL = 507;
const PAUSE_MOST_S = 300;
export const WHOLE = ["away", "pause", "signin"]; // verdicts that are about everything that waits
const AS_IT_IS = { // what names its own times, and whose it is in `of`
  care: () => "/cares", care_end: (of) => `/cares/${of}/end`,
  patrol: () => "/patrols", patrol_end: (of) => `/patrols/${of}/end`, track: (of) => `/patrols/${of}/track`,
};

/** What came back, or why nothing did. `how`: done, away, strange (not the server), pause, fault, signin, refused, decide. */
export class Verdict {
  constructor(how, told = {}) {
    Object.assign(this, { how, status: 0, words: "", after_s: 0, body: {} }, told);
  }
}

/** Ask the server who it takes us for: `{uid, csrf}`, or the verdict that it cannot be told. */
export async function whoIsThere() {
  const verdict = await ask(`${API}/me`, { method: "GET" }, PATIENCE_MS.other);
  const { person, csrf } = verdict.body ?? {};
  if (verdict.how === "done" && person?.uid && csrf) return { uid: person.uid, csrf };
  return ["done", "strange"].includes(verdict.how) ? new Verdict("away", { words: say("queue_away") }) : verdict;
}

/** Read an issue as it is now, or null. */
export async function issueNow(number) {
  const verdict = await ask(`${API}/issues/${encodeURIComponent(number)}`, { method: "GET" }, PATIENCE_MS.other);
  return verdict.how === "done" ? verdict.body : null;
}

/**
 * Fix what a step says, once: whenever it is sent again it says the same, word for word.
 * @returns {{path: string, said: Object}|null} null: the number of its issue is not known yet
 */
export function fixed(record, step) {
  const at = corrected(record.at, record.skew_s).toISOString();
  const times = { happened_at: at, device_at: record.at };
  const number = record.subject?.number;
  const there = `/issues/${encodeURIComponent(number ?? "")}`;
  if (step.kind === "report") return { path: "/issues", said: { ...times, uid: record.subject.uid, ...step.body } };
  if (step.kind === "visit") return { path: "/visits", said: { ...times, ...step.body } };
  if (step.kind in AS_IT_IS) return { path: AS_IT_IS[step.kind](encodeURIComponent(step.of ?? "")), said: step.body };
  if (!number) return null;
  if (step.kind === "photos") return { path: `${there}/photos`, said: { kind: step.what, ...times, ...step.device } };
  const isBackdated = ON_THE_SPOT.includes(step.action) && !step.is_now;
  const when = isBackdated ? times : { device_at: record.at };
  const seen = step.version == null || step.action === "note" ? {} : { version: step.version }; // words may always be added
  return { path: `${there}/actions`, said: { action: step.action, uid: step.key, ...when, ...seen, ...step.given } };
}

/** Send a step that was fixed. */
export function send(step, csrf, photos) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrf, "Idempotency-Key": step.key };
  let [body, bytes] = [null, 0];
  if (step.kind === "photos") {
    body = new FormData();
    for (const [name, value] of Object.entries(step.fixed.said)) if (value != null) body.append(name, String(value));
    for (const photo of photos) {
      body.append("uid", photo.id);
      body.append("photos", photo.blob, `${photo.id}.jpg`);
      bytes += photo.blob.size;
    }
  } else {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(step.fixed.said);
  }
  const patience = Math.max(PATIENCE_MS[step.kind] ?? PATIENCE_MS.other, bytes / SLOW_BYTES_MS);
  return ask(API + step.fixed.path, { method: "POST", headers, body }, patience);
}

async function ask(url, options, patience) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  const asked = Date.now();
  try {
    const response = await fetch(url, { ...options, redirect: "error", cache: "no-store", signal: control.signal });
    heard(response, asked);
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    return judge(response, isJson ? await response.json() : null);
  } catch {
    return new Verdict("away", { words: say("queue_away") });
  } finally {
    clearTimeout(timer);
  }
}

function judge(response, body) {
  const { status } = response;
  const details = (body?.errors ?? []).map((one) => one.detail).filter((one) => one && one !== body.detail);
  const told = { status, body, words: [body?.detail, ...details].filter(Boolean).join(" ") };
  const wished = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  if (PAUSED.includes(status) && (body || wished)) {
    const after_s = Math.min(PAUSE_MOST_S, Math.max(1, wished || 15));
    return new Verdict("pause", { ...told, after_s, words: told.words || say("queue_busy") });
  }
  if (ABSENT.includes(status)) return new Verdict("away", { status, words: say("queue_away") });
  if (body === null) return new Verdict("strange", { status }); // a page of somebody between us is no answer
  if (response.ok) return new Verdict("done", told);
  if (status === 401) return new Verdict("signin", { ...told, words: say("queue_signin") });
  if (status === 400 && body.title === "auth.csrf") return new Verdict("signin", { ...told, isStale: true });
  if (status === 409) return new Verdict("decide", told);
  if (status >= 500) return new Verdict("fault", { ...told, words: status === TOO_FULL ? told.words : say("queue_fault") });
  return new Verdict("refused", told);
}
