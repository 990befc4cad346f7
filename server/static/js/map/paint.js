/**
 * How the program's own vector basemap is drawn: quiet, so that cells and issues speak.
 * Layers and kinds are those of the Protomaps basemap schema, version 4.
 */

const LIGHT = {
  water: "#cde2ea", wood: "#d3e6cf", park: "#dcecd6", public: "#ece8f2", ground: "#f4f1ec", building: "#e1dcd3",
  edge: "#cbc4b8", road: "#ffffff", casing: "#cfd6d9", word: "#4e5f68", halo: "#ffffff",
};
const DARK = {
  water: "#183440", wood: "#18291f", park: "#1c2f23", public: "#25242f", ground: "#1e292d", building: "#2c383d",
  edge: "#3a484e", road: "#3d4b52", casing: "#10181c", word: "#a9b8bf", halo: "#141d21",
};
const WIDTHS = { primary: 9, secondary: 7, residential: 4.5 };
const GREENS = { wood: "wood", park: "park", grass: "park", farmland: "park" };
const PUBLIC = ["school", "hospital", "university", "kindergarten", "commercial", "industrial", "marketplace"];

/**
 * Make the rules of protomaps-leaflet.
 * @param {boolean} isDark which of the two designs
 * @returns {{paintRules: Array, labelRules: Array}}
 */
export function paint(isDark) {
  const colour = isDark ? DARK : LIGHT;
  const { PolygonSymbolizer } = protomapsL;
  const ground = (_, feature) => {
    const { kind } = feature.props;
    return colour[GREENS[kind] ?? (PUBLIC.includes(kind) ? "public" : "ground")];
  };
  return {
    paintRules: [
      { dataLayer: "landuse", symbolizer: new PolygonSymbolizer({ fill: ground, perFeature: true }) },
      { dataLayer: "water", symbolizer: new PolygonSymbolizer({ fill: colour.water }) },
      road(colour.casing, 1.8),
      road(colour.road, 0),
      { dataLayer: "buildings", minzoom: 15, symbolizer: new PolygonSymbolizer({ fill: colour.building, stroke: colour.edge, width: 0.6 }) },
    ],
    labelRules: labels(colour),
  };
}

function road(color, extra) {
  const width = (zoom, feature) =>
    Math.max(0.5, (WIDTHS[feature?.props.kind_detail] ?? 2.2) * 2 ** ((zoom - 16) * 0.8)) + (zoom < 13 ? extra / 2 : extra);
  return { dataLayer: "roads", symbolizer: new protomapsL.LineSymbolizer({ color, width, perFeature: true }) };
}

function labels({ word, halo }) {
  const { CenteredTextSymbolizer, LineLabelSymbolizer } = protomapsL;
  const text = (size, property) => ({
    labelProps: [property], fill: word, stroke: halo, width: 2.5, font: `${size}px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif`,
  });
  return [
    { dataLayer: "places", symbolizer: new CenteredTextSymbolizer(text(12, "name")), filter: (_, feature) => feature.props.kind_detail !== "cell" },
    { dataLayer: "roads", minzoom: 14, symbolizer: new LineLabelSymbolizer(text(11, "name")) },
    { dataLayer: "buildings", minzoom: 17, symbolizer: new CenteredTextSymbolizer(text(11, "number")) },
  ];
}
