/**
 * Spoken words become written ones on the device itself.
 *
 * Browsers that cannot do so send the voice to their maker; what residents say is not theirs to hear, so there the
 * keyboard's own microphone is pointed at instead, which its owner has chosen.
 */

const recognizer = () => globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
const REASONS = { "not-allowed": "forbidden", "service-not-allowed": "keyboard", "audio-capture": "forbidden", "no-speech": "silence" };

/** Whether the device turns speech into words by itself: yes, later (its language can be fetched), or no. */
async function ability(language) {
  const Recognition = recognizer();
  if (!Recognition?.available) return "no";
  const state = await Recognition.available({ langs: [language], processLocally: true }).catch(() => "unavailable");
  return { available: "yes", downloadable: "later", downloading: "later" }[state] ?? "no";
}

/**
 * Listen until told to stop.
 * @param {{language: string, heard: (words: string) => void, ended: (why: string) => void}} wish `heard` gets all words so far;
 *   `why` is empty, or keyboard, later, forbidden, silence, failed
 * @returns {Promise<{stop: () => void}|null>} null: it could not begin, and `ended` was told why
 */
export async function dictation({ language, heard, ended }) {
  const [Recognition, able] = [recognizer(), await ability(language)];
  if (able === "later") Recognition.install({ langs: [language], processLocally: true }).catch(() => { /* It stays as it is. */ });
  if (able !== "yes") { ended(able === "later" ? "later" : "keyboard"); return null; }
  const recognition = Object.assign(new Recognition(), { lang: language, continuous: true, interimResults: true, processLocally: true });
  let why = "";
  recognition.addEventListener("result", ({ results }) => heard([...results].map((one) => one[0].transcript).join("")));
  recognition.addEventListener("error", ({ error }) => { why = error === "aborted" ? "" : REASONS[error] ?? "failed"; });
  recognition.addEventListener("end", () => ended(why));
  try {
    recognition.start();
  } catch {
    ended("failed");
    return null;
  }
  return { stop: () => recognition.stop() };
}
