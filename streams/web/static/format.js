// Numbers and times as people read them.

import { h } from "./dom.js";

const MINUS = "\u2212";
const UNKNOWN = "\u2013";
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

const absent = (value) => value === null || value === undefined;

export const count = (n) => (absent(n) ? UNKNOWN : COUNT.format(n));
export const compact = (n) => COMPACT.format(n);
export const percent = (share, digits = 1) => (absent(share) ? UNKNOWN : `${plain(100 * share, digits)}\u202f%`);
export const isShare = (type) => type === "binary" || type === "retention";

/** p-values: four decimals while that says something, else a power of ten. */
export function pValue(p) {
  if (absent(p)) return UNKNOWN;
  if (p >= 0.9995) return "1";
  if (p >= 0.0001) return String(Number(p.toPrecision(p < 0.001 ? 1 : 2)));
  return p === 0 ? "0" : p.toExponential(1);
}

/** A mean in the metric's own terms: a rate for yes-or-no metrics. */
export function mean(value, type) {
  if (absent(value)) return UNKNOWN;
  return isShare(type) ? percent(value, 2) : plain(value, decimals(value));
}

/** A difference with its sign; yes-or-no metrics in percentage points. */
export function effect(value, type, scale = value) {
  if (absent(value)) return UNKNOWN;
  const factor = isShare(type) ? 100 : 1;
  return signed(factor * value, decimals(factor * (scale || value)));
}

/** A tick of an effect's axis, with no more decimals than the step between ticks has. */
export function effectTick(value, type, step) {
  const factor = isShare(type) ? 100 : 1;
  const [, fraction = ""] = String(Number((factor * step).toPrecision(2))).split(".");
  return signed(factor * value, fraction.length);
}

/** The larger end of an interval: all its numbers get the decimals of that one. */
export const reach = ({ lower, upper }) => Math.max(Math.abs(lower ?? 0), Math.abs(upper ?? 0));

export const effectUnit = (type) => (isShare(type) ? "pp" : "");
export const relative = (value) => (absent(value) ? UNKNOWN : `${signed(100 * value, Math.abs(value) < 1 ? 1 : 0)}\u202f%`);

export function interval(lower, upper, type) {
  if (absent(lower) || absent(upper)) return UNKNOWN;
  const scale = reach({ lower, upper });
  return `${effect(lower, type, scale)} to ${effect(upper, type, scale)}`;
}

export function clockTime(instant) {
  const date = new Date(instant);
  const today = date.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** A time in the viewer's zone that tells its UTC when pointed at. */
export function time(instant) {
  if (!instant) return h("span", {}, UNKNOWN);
  const utc = new Date(instant).toISOString();
  return h("time", { datetime: utc, title: `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC` }, clockTime(instant));
}

function signed(value, digits) {
  const text = plain(Math.abs(value), digits);
  if (Number(text.replaceAll(",", "")) === 0) return text;
  return (value < 0 ? MINUS : "+") + text;
}

function plain(value, digits) {
  const text = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text.replace("-", MINUS);
}

/** Three meaningful digits, at least two decimals below a hundred. */
function decimals(value) {
  const size = Math.abs(value);
  if (size >= 1000) return 0;
  if (size >= 100) return 1;
  if (size >= 0.1 || size === 0) return 2;
  return Math.min(6, 1 - Math.floor(Math.log10(size)));
}
