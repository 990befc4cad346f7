/** Marks of issues for fingers: 44 px to touch, less to see. No text of a user's goes in here. */

const TOUCH = 44;
const COLOURS = ["red", "amber", "green", "none"];

/** How pressing a clock's colour is: 0 for the most. */
export const worst = (colour) => (COLOURS.includes(colour) ? COLOURS.indexOf(colour) : COLOURS.length);

/**
 * Icon of one issue: the shape tells the clock as the colour does.
 * @param {{state: string, colour: string, isPending: boolean, isUnsent: boolean, isMine: boolean}} facts
 */
export function point({ state, colour, isPending, isUnsent, isMine }) {
  const look = `m-point state-${state} clock-${colour}${isPending ? " is-pending" : ""}${isUnsent ? " is-unsent" : ""}${isMine ? "" : " is-other"}`;
  return L.divIcon({ className: look, iconSize: [TOUCH, TOUCH] });
}

/** Icon of several issues: how many, in the colour of the most pressing; dashed around where one is not sent. */
export function bunch(looks) {
  const colours = looks.map((look) => look.colour);
  const number = document.createElement("b");
  number.textContent = looks.length;
  const pressing = colours.sort((one, other) => worst(one) - worst(other))[0];
  return L.divIcon({ className: `m-bunch clock-${pressing}${looks.some((look) => look.isUnsent) ? " is-unsent" : ""}`, html: number, iconSize: [TOUCH, TOUCH] });
}
