/** An act as a record of the outbox: its photos, then itself. */

const OLD_MS = 10 * 60_000; // where the device was longer ago is not where the photo was taken
const KINDS = { finish: "after", settle: "after" };

/**
 * Make the record.
 * @param {{issue: Object, row: Object, given: Object, photos: string[], place: ?Object, title: string}} act
 * @returns {{title: string, subject: Object, steps: Array}}
 */
export function recordOf({ issue, row, given, photos, place, title }) {
  const { kind, ...said } = given;
  const device = place && Date.now() - new Date(place.at) < OLD_MS
    ? { lon: place.lon, lat: place.lat, accuracy_m: place.accuracy_m } : null;
  const steps = [];
  if (photos.length) steps.push({ kind: "photos", photos: [...photos], what: KINDS[row.action] ?? kind ?? "other", device });
  if (row.action !== "attach") steps.push({ kind: "act", action: row.action, name: row.name, given: said, version: issue.version ?? null });
  return { title, subject: { uid: issue.uid, number: issue.number }, steps };
}
