/** Photos on the device: made small without freezing it, kept until the server has confirmed them. */

import { say, tell } from "../page.js";
import { now } from "./clock.js";
import { open, writing } from "./store.js";
import { freshUid } from "./uid.js";

const SIDE = 1600;
const THUMB = 240;
const QUALITY = 0.8;
const FULL = 0.9;
const NEARLY = 0.8;
const LEAST_LEFT = 20 * 1024 * 1024;
const FORGOTTEN_MS = 7 * 86_400_000; // a draft's photos that nothing names any longer
const shown = new Map(); // id -> object URL of its thumb

/** Refused by the device itself: `message` says why in words. */
export class Refused extends Error {}

/**
 * Whether something may still be taken in.
 * @returns {Promise<{used: number, isFull: boolean, isNearlyFull: boolean}>} used: share of what the browser grants
 */
export async function room() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const used = quota ? usage / quota : 0;
  const isFull = quota > 0 && (used > FULL || quota - usage < LEAST_LEFT);
  return { used, isFull, isNearlyFull: isFull || used >= NEARLY };
}

/**
 * Make a photo small and keep it; it belongs to nobody until a record names it.
 * @param {Blob} file as the camera made it
 * @returns {Promise<string>} its id
 */
export async function newPhoto(file) {
  const { isFull, isNearlyFull, used } = await room();
  if (isFull) throw new Refused(say("photo_full"));
  if (isNearlyFull) tell("outbox:nearly-full", { words: say("photo_nearly_full", { percent: Math.round(used * 100) }) });
  let whole;
  try {
    whole = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Refused(say("photo_unreadable"));
  }
  try {
    const big = await smaller(whole, SIDE);
    const thumb = await smaller(whole, THUMB);
    const { blob, width, height } = big;
    const photo = { id: freshUid(), record: null, blob, thumb: thumb.blob, width, height, at: now().getTime() };
    await keep(photo);
    return photo.id;
  } finally {
    whole.close();
  }
}

async function keep(photo) {
  try {
    const tx = writing(await open(), "photos");
    await Promise.all([tx.store.add(photo), tx.done]);
  } catch (error) {
    throw error?.name === "QuotaExceededError" ? new Refused(say("photo_full")) : error;
  }
}

async function smaller(whole, side) {
  const scale = Math.min(1, side / Math.max(whole.width, whole.height));
  const [width, height] = [whole.width, whole.height].map((length) => Math.max(1, Math.round(length * scale)));
  const bitmap = await createImageBitmap(whole, { resizeWidth: width, resizeHeight: height, resizeQuality: "high" }); // off the main thread
  try {
    return { blob: await jpegOf(bitmap, width, height), width, height };
  } finally {
    bitmap.close();
  }
}

async function jpegOf(bitmap, width, height) {
  const canvas = "OffscreenCanvas" in globalThis ? new OffscreenCanvas(width, height)
    : Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#fff"; // behind what is transparent
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0);
  if (canvas.convertToBlob) return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
}

/** An address for an <img> that shows a photo small; null when it is no longer here. */
export async function urlOf(id) {
  if (shown.has(id)) return shown.get(id);
  const photo = await (await open()).get("photos", id);
  if (!photo) return null;
  if (!shown.has(id)) shown.set(id, URL.createObjectURL(photo.thumb));
  return shown.get(id);
}

/** Forget photos that no record names any longer, or one that the person takes out of a draft. */
export async function dropPhotos(ids) {
  const tx = writing(await open(), "photos");
  await Promise.all([...ids.map((id) => tx.store.delete(id)), tx.done]);
  for (const id of ids) {
    if (shown.has(id)) URL.revokeObjectURL(shown.get(id));
    shown.delete(id);
  }
}

/** Forget photos of drafts that were given up long ago; one that a draft still names is never touched. */
export async function sweep(db) {
  const tx = writing(db, "photos", "prefs");
  const drafts = JSON.stringify(await tx.objectStore("prefs").getAll());
  for (let at = await tx.objectStore("photos").openCursor(); at; at = await at.continue()) {
    const { id, record, at: taken } = at.value;
    if (!record && taken < now().getTime() - FORGOTTEN_MS && !drafts.includes(id)) at.delete();
  }
  await tx.done;
}
