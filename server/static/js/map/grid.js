/** A field of numbers drawn over the map as one picture: smooth, fixed to the ground, the same at every zoom. */

import { toMap } from "./ground.js";

const MOST = 500_000; // places of the picture that are worked out; a large screen gets coarser ones
const PAD = 0.15; // of the view, drawn around it

/** Unpack the API's sparse field, null when it is empty; its corners go to where they stand on this map. */
export function field({ grid, values }) {
  if (!values.length) return null;
  const numbers = new Float32Array(grid.rows * grid.columns);
  for (const [row, column, value] of values) numbers[row * grid.columns + column] = value;
  return { rows: grid.rows, columns: grid.columns, numbers, corners: grid.corners.map(([lon, lat]) => toMap(lon, lat)) };
}

/** Where a place lies in the field: parts of the way from west to east and from north to south. */
function within([nw, ne, se, sw], lng, lat) {
  const twist = { lng: nw.lng - ne.lng - sw.lng + se.lng, lat: nw.lat - ne.lat - sw.lat + se.lat };
  let [u, v] = [0.5, 0.5];
  for (let step = 0; step < 4; step += 1) {
    const east = { lng: ne.lng - nw.lng + v * twist.lng, lat: ne.lat - nw.lat + v * twist.lat };
    const south = { lng: sw.lng - nw.lng + u * twist.lng, lat: sw.lat - nw.lat + u * twist.lat };
    const off = {
      lng: nw.lng + u * (ne.lng - nw.lng) + v * south.lng - lng,
      lat: nw.lat + u * (ne.lat - nw.lat) + v * south.lat - lat,
    };
    const area = east.lng * south.lat - south.lng * east.lat;
    u -= (off.lng * south.lat - south.lng * off.lat) / area;
    v -= (east.lng * off.lat - off.lng * east.lat) / area;
  }
  return [u, v];
}

export const Grid = L.Layer.extend({
  options: { pane: "heat" },

  onAdd(map) {
    if (!this._canvas) this._canvas = L.DomUtil.create("canvas", "heat-grid leaflet-zoom-animated");
    this.getPane().append(this._canvas);
    this._draw();
    return map;
  },

  onRemove() { this._canvas.remove(); },

  getEvents() { return { viewreset: this._draw, moveend: this._draw, zoomanim: this._follow, move: this._cut }; },

  /** Draw another field; null draws nothing. */
  show(shown, colours) {
    [this._field, this._scale] = [shown, colours];
    if (this._map) this._draw();
  },

  /** Draw only what lies between two parts of the view's width. */
  clip(from, to) {
    [this._from, this._to] = [from, to];
    if (this._map) this._cut();
  },

  _follow({ zoom, center }) {
    const place = this._map._latLngToNewLayerPoint(this._corner, zoom, center);
    L.DomUtil.setTransform(this._canvas, place, this._map.getZoomScale(zoom, this._zoom));
  },

  _draw() {
    const map = this._map;
    const view = map.getSize();
    const margin = view.multiplyBy(PAD).round();
    const size = view.add(margin.multiplyBy(2));
    const step = Math.max(2, Math.ceil(Math.sqrt(size.x * size.y / MOST)));
    const origin = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
    this._corner = map.layerPointToLatLng(origin);
    this._zoom = map.getZoom();
    Object.assign(this._canvas, { width: Math.ceil(size.x / step), height: Math.ceil(size.y / step) });
    this._canvas.style.width = `${this._canvas.width * step}px`;
    this._canvas.style.height = `${this._canvas.height * step}px`;
    L.DomUtil.setPosition(this._canvas, origin);
    this._cut();
    if (this._field) this._fill(origin, step);
  },

  _fill(origin, step) {
    const { width, height } = this._canvas;
    const context = this._canvas.getContext("2d");
    const picture = context.createImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer);
    const { rows, columns, numbers, corners } = this._field;
    const { index, table } = this._scale;
    for (let y = 0; y < height; y += 1) {
      const [first, last] = [0, width].map((x) => this._map.layerPointToLatLng(origin.add([(x + 0.5) * step, (y + 0.5) * step])));
      const [left, right] = [within(corners, first.lng, first.lat), within(corners, last.lng, last.lat)];
      const [du, dv] = [(right[0] - left[0]) / width * columns, (right[1] - left[1]) / width * rows];
      let [u, v] = [left[0] * columns - 0.5, left[1] * rows - 0.5];
      for (let x = 0; x < width; x += 1, u += du, v += dv) {
        const value = between(numbers, rows, columns, u, v);
        if (value) pixels[y * width + x] = table[index(value)];
      }
    }
    context.putImageData(picture, 0, 0);
  },

  _cut() {
    const { style } = this._canvas;
    if (this._from === undefined) { style.clipPath = ""; return; }
    const wide = this._map.getSize().x;
    const left = this._map.layerPointToContainerPoint(L.DomUtil.getPosition(this._canvas)).x;
    const right = left + parseInt(style.width, 10);
    style.clipPath = `inset(0 ${Math.max(0, right - this._to * wide)}px 0 ${Math.max(0, this._from * wide - left)}px)`;
  },
});

/** Value between the four middles around a place; nothing lies beyond the field. */
function between(numbers, rows, columns, u, v) {
  const [column, row] = [Math.floor(u), Math.floor(v)];
  if (column < -1 || row < -1 || column >= columns || row >= rows) return 0;
  const at = (y, x) => (y < 0 || x < 0 || y >= rows || x >= columns ? 0 : numbers[y * columns + x]);
  const [nw, ne, sw, se] = [at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1)];
  if (!nw && !ne && !sw && !se) return 0;
  const [a, b] = [u - column, v - row];
  return (nw + (ne - nw) * a) * (1 - b) + (sw + (se - sw) * a) * b;
}
