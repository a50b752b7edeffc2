// One plot: uPlot in the page's own ink, a reading that follows the pointer, and a sentence for those who cannot see it.

import { h } from "./dom.js";
import { clockTime } from "./format.js";
import { drawRule, drawStop, ink, nameRule, nameSides, nameStop } from "./ink.js";

const HEIGHT = { wide: 280, narrow: 200 };
const DECADES = [1, 2, 5, 10, 20, 50, 100, 200];
const [SECOND, MINUTE, HOUR, DAY] = [1e3, 6e4, 3.6e6, 8.64e7];
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 3, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 7, 14, 28].map((n) => n * DAY),
];

export class Chart {
  constructor(plot) {
    this.plot = plot;
    this.reading = h("span", { class: "reading" });
    this.canvas = h("div", { class: "plot", role: "img" });
    this.element = h("figure", { class: plot.wide ? "wide" : null }, this.caption(), this.canvas);
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.canvas);
  }

  caption() {
    const { title, subtitle, lines } = this.plot;
    const keys = lines.filter(({ label }) => label).map(({ label, color }) => h("span", { class: `key ${color.slice(2)}` }, label));
    return h("figcaption", {}, h("h3", {}, title), this.reading, h("p", { class: "faint" }, keys.length ? keys : subtitle));
  }

  show(object, points) {
    this.object = object;
    const columns = this.plot.lines.map(({ value }) => points.map((point) => value(point) ?? null));
    this.data = [points.map(({ t }) => t), ...columns];
    if (this.uplot) this.uplot.setData(this.data);
    else this.fit();
    this.read(this.uplot?.cursor.idx);
  }

  fit() {
    const width = this.canvas.clientWidth;
    if (!width || !this.data) return;
    const size = { width, height: this.plot.wide ? HEIGHT.wide : HEIGHT.narrow };
    if (this.uplot) this.uplot.setSize(size);
    else this.uplot = new uPlot(this.options(size), this.data, this.canvas);
  }

  repaint() {
    this.uplot?.redraw(true, true);
  }

  end() {
    this.watcher.disconnect();
    this.uplot?.destroy();
  }

  /** The values at one point, or the newest ones. */
  read(at) {
    const [times, ...columns] = this.data;
    const pointed = at !== null && at !== undefined && at < times.length;
    const i = pointed ? at : times.length - 1;
    const text = times.length ? this.plot.readout(columns.map((column) => column[i])) : "no points yet";
    this.reading.textContent = pointed && this.plot.wide ? `${clockTime(times[i])}  ${text}` : text;
    if (!pointed) this.canvas.setAttribute("aria-label", `${this.plot.title}, ${this.plot.subtitle}. Now ${text}.`);
  }

  options(size) {
    return {
      ...size,
      ms: 1,
      padding: [10, 14, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "peekproof", scales: ["x", null] } },
      scales: { x: { time: true }, y: { range: (_, low, high) => this.range(low, high) } },
      axes: [timeAxis(), this.valueAxis()],
      series: [{}, ...this.plot.lines.map(series)],
      bands: this.plot.band ? [{ series: [2, 1], fill: () => ink("--band") }] : [],
      hooks: { drawAxes: [(u) => this.drawLines(u)], draw: [(u) => this.drawWords(u)], setCursor: [(u) => this.read(u.cursor.idx)] },
    };
  }

  range(low, high) {
    const rules = this.plot.rules(this.object).map(({ y }) => y);
    return this.plot.range ? this.plot.range(low ?? 0, high ?? 0) : focus(this.data, rules);
  }

  valueAxis() {
    const values = (_, splits) => splits.map((value) => this.plot.tick(value, splits[1] - splits[0]));
    return { ...axis(), ...(this.plot.decades ? { incrs: DECADES } : {}), values, size: 56, space: 36 };
  }

  drawLines(u) {
    for (const rule of this.plot.rules(this.object)) drawRule(u, rule);
    drawStop(u, this.object.stopped_at);
  }

  drawWords(u) {
    for (const rule of this.plot.rules(this.object)) nameRule(u, rule);
    if (this.plot.wide) nameStop(u, this.object.stopped_at);
    if (this.plot.sides) nameSides(u, this.plot.sides);
  }
}

function series({ color, width }) {
  return { stroke: () => ink(color), width, points: { show: (u) => u.data[0].length < 2 }, spanGaps: true };
}

function axis() {
  return { stroke: () => ink("--ink-2"), font: `11px ${ink("--sans")}`, grid: { stroke: () => ink("--grid"), width: 1 }, ticks: { show: false }, gap: 6 };
}

function timeAxis() {
  const values = (u, splits, _, __, step) => splits.map((at) => (u.valToPos(at, "x") > u.over.clientWidth - 12 ? "" : tickTime(at, step)));
  return { ...axis(), grid: { show: false }, incrs: STEPS, space: timeRoom, size: 28, values };
}

/** Room for a label in pixels: hours and minutes need less of it, but steps below a minute bring seconds. */
function timeRoom(_, __, from, to, width) {
  const perPixel = Math.max(1, to - from) / width;
  return 72 * perPixel > MINUTE / 2 ? Math.max(46, (MINUTE / 2 + 1) / perPixel) : 72;
}

function tickTime(at, step) {
  const date = new Date(at);
  if (step >= DAY) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return date.toLocaleTimeString("en-GB", step < MINUTE ? {} : { hour: "2-digit", minute: "2-digit" });
}

/** The scale of the last three quarters: the first intervals are so wide that they would flatten everything after them. */
function focus([, lower, upper], rules) {
  const from = Math.floor(lower.length / 4);
  const seen = [...lower.slice(from), ...upper.slice(from)].filter((value) => value !== null);
  if (!seen.length) return [-0.01, 0.01];
  const [low, high] = [Math.min(...seen, ...rules), Math.max(...seen, ...rules)];
  const room = 0.08 * (high - low) || 0.01;
  return [low - room, high + room];
}
