/** What is on its way for an issue, laid over what the server said of it: nothing waits unseen. */

const UNSURE = ["refused", "decide"]; // these change nothing until somebody decides

/**
 * Lay the records that wait over an issue.
 * @param {Object} issue as the server told it
 * @param {Array} rows records of the outbox, in their order
 * @param {Object} [moves] of the ground: action -> {name, to: {state: state after}}
 * @returns {Object} a copy with `pending` ([{action, name, state}]) and `predicted`, the state after them
 */
export function laid(issue, rows, moves = {}) {
  const pending = [];
  let predicted = issue.state.code;
  for (const record of rows) {
    if (record.state === "done" || !concerns(record, issue)) continue;
    for (const step of record.steps) {
      const action = actionOf(step);
      if (step.done || !action) continue;
      pending.push({ action, name: moves[action]?.name ?? record.title ?? action, state: record.state });
      if (!UNSURE.includes(record.state)) predicted = moves[action]?.to[predicted] ?? predicted;
    }
  }
  return { ...issue, pending, predicted };
}

/** Find the records that wait for an issue, in their order, without looking at all of them for each issue. */
export function byIssue(rows) {
  const found = new Map();
  for (const record of rows) {
    const about = record.state !== "done" && (record.subject?.number ?? record.subject?.uid);
    if (about) found.set(about, [...(found.get(about) ?? []), record]);
  }
  return ({ number, uid }) => [...(found.get(number) ?? []), ...(found.get(uid) ?? [])].sort((one, other) => one.n - other.n);
}

/** Whether an act of somebody's waits for an issue. */
export const waitsFor = (rows, issue, action) => rows.some((record) => record.state !== "done" && concerns(record, issue)
  && record.steps.some((step) => step.action === action && !step.done));

/** Tell whether a record is about an issue. */
export function concerns(record, issue) {
  const subject = record.subject;
  return Boolean(subject) && (subject.number ? subject.number === issue.number : subject.uid === issue.uid);
}

function actionOf(step) {
  if (step.kind === "act") return step.action;
  return step.kind === "photos" ? "attach" : "";
}
