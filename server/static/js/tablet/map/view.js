/** When the map is in sight: alone, or beside the other views on a wide screen held sideways. */

const wide = matchMedia("(min-width: 1000px) and (orientation: landscape)");

/** Whether the map stands beside the other views. */
export const isWide = () => wide.matches;

/** Whether the map can be seen while this view is chosen. */
export const isShown = (view) => wide.matches || view === "map";
