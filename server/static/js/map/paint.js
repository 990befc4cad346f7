/** How the program's own vector basemap is drawn: quiet, so that cells and issues speak. */

const LIGHT = {
  water: "#cfe3ea", green: "#dcebd8", compound: "#f3f0ea", building: "#e0dbd2", edge: "#cdc6ba",
  road: "#ffffff", casing: "#d3d8da", word: "#54646c", halo: "#ffffff",
};
const DARK = {
  water: "#183440", green: "#1b2e22", compound: "#1f2a2e", building: "#2b373c", edge: "#38464c",
  road: "#3a484f", casing: "#111a1e", word: "#a9b8bf", halo: "#141d21",
};
const WIDTHS = { main: 7, street: 5, lane: 2.5 };

/**
 * Make the rules of protomaps-leaflet for layers `water`, `green`, `compounds`, `roads` and `buildings`.
 * @param {boolean} isDark which of the two designs
 * @returns {{paintRules: Array, labelRules: Array, backgroundColor: undefined}}
 */
export function paint(isDark) {
  const colour = isDark ? DARK : LIGHT;
  const { CenteredTextSymbolizer, LineLabelSymbolizer, LineSymbolizer, PolygonSymbolizer } = protomapsL;
  const area = (dataLayer, fill) => ({ dataLayer, symbolizer: new PolygonSymbolizer({ fill }) });
  const width = (extra) => (zoom, feature) =>
    Math.max(0.6, (WIDTHS[feature?.props.kind] ?? 3) * 2 ** ((zoom - 16) * 0.75)) + extra;
  const line = (color, extra) => ({ dataLayer: "roads", symbolizer: new LineSymbolizer({ color, width: width(extra) }) });
  const text = { fill: colour.word, stroke: colour.halo, width: 2, font: "12px \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif", labelProps: ["name"] };
  return {
    paintRules: [
      area("water", colour.water),
      area("green", colour.green),
      area("compounds", colour.compound),
      line(colour.casing, 1.6),
      line(colour.road, 0),
      { dataLayer: "buildings", minzoom: 15, symbolizer: new PolygonSymbolizer({ fill: colour.building, stroke: colour.edge, width: 0.5 }) },
    ],
    labelRules: [
      { dataLayer: "roads", minzoom: 15, symbolizer: new LineLabelSymbolizer(text) },
      { dataLayer: "compounds", minzoom: 16, symbolizer: new CenteredTextSymbolizer(text) },
    ],
  };
}
