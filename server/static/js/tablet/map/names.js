/**
 * Compounds and buildings as dots, and names where there is room, on one canvas: thousands cost one picture.
 *
 * Names of cells come first, then compounds, then buildings, and none is written over another.
 */

import { fromMap, toMap } from "../../map/ground.js";
import { token } from "../../map/ramp.js";

const MOST_NAMES = 120;
const MOST_LETTERS = 14;
const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
/** From which zoom a kind is dotted and named, how large its dot and its letters are. */
const KINDS = {
  cell: { dots: 99, names: 13, letters: "600 13px", rank: 0 },
  compound: { dots: 14, names: 15, size: 5, letters: "600 13px", rank: 1 },
  landmark: { dots: 15, names: 16, size: 3.5, letters: "12px", rank: 2 },
  building: { dots: 15.5, names: 17, size: 3, letters: "12px", rank: 3 },
  road: { dots: 99, names: 16, letters: "12px", rank: 4 },
};

/** Put marks into the world's pixels at zoom 0, in the order in which they are named. */
function placed(marks) {
  const known = marks.filter((mark) => KINDS[mark.kind] && Number.isFinite(mark.lon));
  return known.sort((one, other) => KINDS[one.kind].rank - KINDS[other.kind].rank).map((mark) => {
    const point = world(mark.lon, mark.lat);
    const words = mark.name.length > MOST_LETTERS ? `${mark.name.slice(0, MOST_LETTERS)}…` : mark.name;
    return { ...mark, x: point.x, y: point.y, words };
  });
}

const world = (lon, lat) => L.CRS.EPSG3857.latLngToPoint(toMap(lon, lat), 0);

/** What is seen of the earth, without the strip at the top where the words stand: `[w, s, e, n]`. */
function view(map) {
  const size = map.getSize();
  const [low, high] = [[12, size.y - 12], [size.x - 12, 76]].map((corner) => fromMap(map.containerPointToLatLng(corner)));
  return [low.lon, low.lat, high.lon, high.lat];
}

function isFree(taken, box) {
  return taken.every((one) => box[0] > one[2] || box[2] < one[0] || box[1] > one[3] || box[3] < one[1]);
}

const Names = L.Renderer.extend({
  options: { padding: 0.15, pane: "dots" },
  marks: [],
  shown: [],
  hidden: new Set(),

  show(marks) { this.marks = placed(marks); this.redraw(); },
  hide(kinds) { this.hidden = new Set(kinds); this.redraw(); },
  redraw() { if (this._map) this._draw(); },

  _initContainer() { this._container = document.createElement("canvas"); },
  _destroyContainer() { this._container.remove(); delete this._container; },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const [size, sharp] = [this._bounds.getSize(), Math.min(devicePixelRatio || 1, 2)];
    const { _container: canvas } = this;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    [canvas.width, canvas.height] = [Math.ceil(sharp * size.x), Math.ceil(sharp * size.y)];
    [canvas.style.width, canvas.style.height] = [`${size.x}px`, `${size.y}px`];
    this._sharp = sharp;
    this._draw();
  },
  _draw() {
    const { _container: canvas, _map: map, _sharp: sharp } = this;
    const pen = canvas.getContext("2d");
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const zoom = map.getZoom();
    const inView = this._inView(zoom, map.getPixelOrigin().add(this._bounds.min));
    for (const kind of ["building", "landmark", "compound"]) if (zoom >= KINDS[kind].dots) this._dot(pen, kind, inView);
    this.shown = this._write(pen, inView.filter(({ mark }) => zoom >= KINDS[mark.kind].names));
  },
  _inView(zoom, { x: left, y: top }) {
    const [scale, size, seen] = [2 ** zoom, this._bounds.getSize(), view(this._map)];
    const found = [];
    for (const mark of this.marks) {
      const spot = mark.seen && zoom >= KINDS[mark.kind].names ? mark.seen(seen) : null;
      const at = spot ? world(...spot) : mark;
      const [x, y] = [at.x * scale - left, at.y * scale - top];
      if (x < -80 || y < -20 || x > size.x + 80 || y > size.y + 20) continue;
      if (!this.hidden.has(mark.own === "" ? "around" : mark.kind)) found.push({ mark, x, y });
    }
    return found;
  },
  _dot(pen, kind, inView) {
    pen.beginPath();
    for (const { mark, x, y } of inView) {
      if (mark.kind !== kind) continue;
      pen.moveTo(x + KINDS[kind].size, y);
      pen.arc(x, y, KINDS[kind].size, 0, 2 * Math.PI);
    }
    pen.fillStyle = token(kind === "compound" ? "--accent" : "--ink-soft");
    pen.strokeStyle = token("--surface");
    pen.lineWidth = 3;
    pen.stroke();
    pen.fill();
  },
  _write(pen, candidates) {
    const [taken, shown] = [[], []];
    [pen.textAlign, pen.textBaseline, pen.lineJoin, pen.lineWidth] = ["center", "middle", "round", 3.5];
    pen.strokeStyle = token("--surface");
    const [ink, soft, strong] = ["--ink", "--ink-soft", "--accent-strong"].map(token);
    for (const { mark, x, y } of candidates) {
      if (shown.length >= MOST_NAMES) break;
      const kind = KINDS[mark.kind];
      pen.font = `${kind.letters} ${FONT}`;
      mark.wide ??= pen.measureText(mark.words).width / 2 + 3;
      const at = kind.size ? y + kind.size + 9 : y;
      const box = [x - mark.wide, at - 9, x + mark.wide, at + 9];
      if (!isFree(taken, box)) continue;
      taken.push(box);
      shown.push(mark.name);
      pen.fillStyle = mark.kind === "cell" ? (mark.own ? strong : soft) : ink;
      pen.strokeText(mark.words, x, at);
      pen.fillText(mark.words, x, at);
    }
    return shown;
  },
});

/**
 * Make the layer, above the cells and below the issues.
 * @param {L.Map} map
 * @returns {{show: Function, hide: Function, redraw: Function, near: Function, shown: string[]}}
 */
export function names(map) {
  const pane = map.createPane("dots");
  pane.classList.add("m-dots");
  const layer = new Names().addTo(map);
  layer.near = (point, within) => nearest(layer, map, point, within);
  return layer;
}

/** The compound or building whose dot is drawn nearest to a tap, or null. */
function nearest(layer, map, point, within) {
  const [zoom, origin] = [map.getZoom(), map.getPixelOrigin()];
  const tap = map.containerPointToLayerPoint(point).add(origin);
  let [best, least] = [null, within];
  for (const mark of layer.marks) {
    if (zoom < KINDS[mark.kind].dots || layer.hidden.has(mark.kind)) continue;
    const far = Math.hypot(mark.x * 2 ** zoom - tap.x, mark.y * 2 ** zoom - tap.y);
    if (far < least) [best, least] = [mark, far];
  }
  return best;
}
