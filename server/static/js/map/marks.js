/** Marks of issues: a coloured point for one, a number for several. No text of a user's goes in here. */

/**
 * Icon of one issue.
 * @param {{state: string, clock: string}} properties codes
 * @param {boolean} isLarge for fingers
 */
export function pointIcon({ state, clock }, isLarge = false) {
  const size = isLarge ? 22 : 14;
  return L.divIcon({ className: `point state-${state} clock-${clock}`, iconSize: [size, size] });
}

/** Icon of several issues; late ones are red. */
export function bunchIcon(count, isLate = false) {
  const size = 26 + Math.min(22, Math.round(Math.log2(count) * 3));
  return L.divIcon({ className: `bunch${isLate ? " bunch-late" : ""}`, html: String(Number(count)), iconSize: [size, size] });
}

/** Let folium's marker cluster draw our numbers. */
export function dressCluster(group, isLate = () => false) {
  group.options.iconCreateFunction = (cluster) => bunchIcon(cluster.getChildCount(), isLate());
}

/** Icon of where the device is. */
export const meIcon = () => L.divIcon({ className: "me", iconSize: [20, 20] });
