/**
 * Compounds and buildings as dots, and names where there is room, on one canvas: thousands cost one picture.
 *
 * Names of cells come first, then compounds, then buildings, and none is written over another.
 */

import { token } from "../../map/ramp.js";
import { FONT, KINDS, placed, TOKENS, view, world } from "./kinds.js";

const MOST_NAMES = 120;

function isFree(taken, box) {
  return taken.every((one) => box[0] > one[2] || box[2] < one[0] || box[1] > one[3] || box[3] < one[1]);
}

const Names = L.Renderer.extend({
  options: { padding: 0.15, pane: "dots" },
  marks: [],
  shown: [],
  hidden: new Set(),
  colours: {},

  dip() { this.colours = Object.fromEntries(TOKENS.map((name) => [name, token(`--${name}`)])); },
  show(marks) { this.marks = placed(marks); this.redraw(); },
  hide(kinds) { this.hidden = new Set(kinds); this.redraw(); },
  restyle() { this.dip(); this.redraw(); },
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
    pen.fillStyle = this.colours[kind === "compound" ? "accent" : "ink-soft"];
    pen.strokeStyle = this.colours.surface;
    pen.lineWidth = 3;
    pen.stroke();
    pen.fill();
  },
  _write(pen, candidates) {
    const [taken, shown] = [[], []];
    [pen.textAlign, pen.textBaseline, pen.lineJoin, pen.lineWidth] = ["center", "middle", "round", 3.5];
    const { ink, surface, "ink-soft": soft, "accent-strong": strong } = this.colours;
    pen.strokeStyle = surface;
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
 * @returns {{show: Function, hide: Function, restyle: Function, near: Function, shown: string[]}}
 */
export function names(map) {
  const pane = map.createPane("dots");
  pane.classList.add("m-dots");
  const layer = new Names().addTo(map);
  layer.dip();
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
