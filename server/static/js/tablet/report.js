/** A report becomes one record of the outbox: the report, its photos, and, done on the spot, what came of it. */

import { say } from "../page.js";
import { locate } from "./locate.js";

const FAR_M = 50; // a doubt that may well reach another cell
const AROUND = 16; // spots of the circle of doubt that are looked at
const DEGREE_M = 111_320;
const SETTLERS = ["worker", "dispatcher"];

/** What is known of a place without asking anybody: its cell, who holds it, and what to say of doubts. */
export function whereOf(place, ground) {
  const found = ground ? locate(place.lon, place.lat, ground) : { how: "unknown", cell: null, distance_m: null };
  return { ...found, beside: found.cell ? beside(place, found.cell, ground) : [], isFar: (place.accuracy_m ?? 0) > FAR_M };
}

/** Names of other cells that the circle of doubt reaches. */
function beside({ lon, lat, accuracy_m: radius }, cell, ground) {
  if (!radius) return [];
  const names = new Set();
  for (let n = 0; n < AROUND; n += 1) {
    const turn = (2 * Math.PI * n) / AROUND;
    const [north, east] = [(radius * Math.cos(turn)) / DEGREE_M, (radius * Math.sin(turn)) / DEGREE_M];
    const other = locate(lon + east / Math.cos((lat * Math.PI) / 180), lat + north, ground).cell;
    if (other && other.code !== cell.code) names.add(other.name);
  }
  return [...names];
}

/** Whether who works here may settle a thing there at once; without a ground the server decides. */
export function maySettle(where, ground) {
  if (!ground || where.how === "unknown") return true;
  return Boolean(where.cell?.own) && ground.person.roles.some((one) => SETTLERS.includes(one.role ?? one));
}

/** The key of the sentence about what is missing, or nothing. */
export function lackOf(draft) {
  if (!draft.category) return "need_category";
  if (!draft.place) return "need_place";
  if (!draft.description.trim() && draft.photos.length === 0) return "need_description";
  if (!draft.isSettled) return "";
  if (!draft.outcome.trim()) return "need_outcome";
  if (draft.quantity !== "" && !(Number(draft.quantity) >= 0)) return "need_number";
  return draft.quantity !== "" && !draft.unit ? "need_unit" : "";
}

/**
 * Make the record; the outbox adds keys, times, and who.
 * @param {Object} draft of draft.js
 * @param {{name: string, phone: string}} reporter
 * @param {string} category its name
 * @param {Object|null} cell where it lies, as far as the device knows
 */
export function recordOf(draft, reporter, category, cell) {
  const device = draft.place.by === "hand" ? null : spot(draft.place);
  const photos = (ids, what) => (ids.length ? [{ kind: "photos", photos: ids, what, device }] : []);
  const body = {
    category: draft.category, source: draft.source, lon: draft.place.lon, lat: draft.place.lat, crs: "wgs84",
    description: draft.description.trim() || say("see_photo", { category }),
    ...filled({ accuracy_m: draft.place.accuracy_m, place_text: draft.place_text.trim(), visit: draft.visit, urgent: draft.urgent,
      reporter_name: reporter.name.trim(), reporter_phone: reporter.phone.trim() }),
  };
  const steps = [{ kind: "report", body }, ...photos(draft.photos, "before")];
  if (draft.isSettled) steps.push(settled(draft), ...photos(draft.after, "after"));
  const title = cell ? `${category} · ${cell.name}` : category;
  return { id: draft.id, title, subject: { uid: draft.uid, number: null }, steps };
}

function settled(draft) {
  const amount = draft.quantity === "" ? {} : { quantity: Number(draft.quantity), unit: draft.unit };
  const given = { outcome: draft.outcome.trim(), ...amount, ...(draft.after.length ? { photos: draft.after.length } : {}) };
  return { kind: "act", action: "settle", name: say("report_settle"), given, version: null };
}

const spot = ({ lon, lat, accuracy_m }) => ({ lon, lat, accuracy_m });
const filled = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => ![null, undefined, ""].includes(value)));

const NEAR_M = 60;
const STANDING = ["building", "compound"];

/** Up to three buildings or compounds by a place, the nearest first. */
export function placesBy({ lon, lat }, ground) {
  const east = DEGREE_M * Math.cos((lat * Math.PI) / 180);
  return (ground?.places ?? [])
    .filter((one) => STANDING.includes(one.kind?.code ?? one.kind))
    .map((one) => ({ ...one, metres: Math.hypot((one.lon - lon) * east, (one.lat - lat) * DEGREE_M) }))
    .filter((one) => one.metres <= NEAR_M)
    .sort((one, other) => one.metres - other.metres)
    .slice(0, 3);
}
