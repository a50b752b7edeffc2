// The four plots of a comparison: what each shows, in which words. chart.js knows how to draw them.

import { Chart } from "./chart.js";
import { CLAIMS, ownNull } from "./claims.js";
import { h } from "./dom.js";
import { compact, count, effect, effectTick, interval, isShare, pValue } from "./format.js";
import { control } from "./switches.js";

const PALETTE = ["--control", "--first", "--second", "--third", "--fourth"];
const log10 = (p) => (p === null || p === undefined ? null : Math.log10(Math.max(p, 1e-300)));

export class Panels {
  constructor() {
    this.charts = [];
    this.key = null;
    this.element = h("div", { class: "panels" });
  }

  show(object, points, choice) {
    const harm = points.at(-1)?.metrics[choice.metric]?.[choice.variant]?.harm_p !== undefined;
    const key = JSON.stringify([object.experiment_id, choice, harm]);
    if (key !== this.key) this.rebuild(key, object, { ...choice, harm });
    for (const chart of this.charts) chart.show(object, points);
  }

  rebuild(key, object, choice) {
    this.key = key;
    for (const chart of this.charts) chart.end();
    this.charts = choice.metric ? plots(object, choice).map((plot) => new Chart(plot)) : [];
    this.element.replaceChildren(...this.charts.map((chart) => chart.element));
  }

  repaint() {
    for (const chart of this.charts) chart.repaint();
  }
}

function plots(object, choice) {
  return [effectPlot(object, choice), pPlot(object, choice), exposurePlot(object), splitPlot(object)];
}

function effectPlot(object, { metric, variant }) {
  const { type, direction } = object.about.metrics[metric];
  const at = (point) => point.metrics[metric]?.[variant];
  const unit = isShare(type) ? "percentage points" : "in the metric's unit";
  return {
    wide: true,
    title: `Effect on ${metric}`,
    subtitle: `${variant} minus ${control(object)}, ${unit}, always-valid interval`,
    lines: [
      { value: (point) => at(point)?.lower, color: "--accent", width: 1 },
      { value: (point) => at(point)?.upper, color: "--accent", width: 1 },
      { value: (point) => at(point)?.estimate, color: "--accent", width: 2.5 },
    ],
    band: true,
    sides: direction === "decrease" ? ["worse", "better"] : ["better", "worse"],
    rules: (now) => [{ y: 0, label: "no effect", solid: true, below: direction === "decrease" }, ...margin(now, metric)],
    tick: (value, step) => effectTick(value, type, step),
    readout: ([lower, upper, estimate]) => (estimate === null ? "" : `${effect(estimate, type, upper - lower)}  (${interval(lower, upper, type)})`),
  };
}

/** The tolerated worsening as an effect: on the bad side of zero, a relative one by way of the control's mean. */
function margin(object, metric) {
  const { margin: allowed, direction } = object.about.metrics[metric];
  if (!allowed) return [];
  const size = allowed.absolute ?? allowed.relative * (object.metrics[metric][control(object)]?.mean ?? 0);
  const up = direction === "decrease";
  return [{ y: up ? size : -size, label: "margin", color: "--bad", below: !up }];
}

function pPlot(object, { metric, variant, harm }) {
  const about = object.about.metrics[metric];
  const { alpha } = about;
  const at = (point) => point.metrics[metric]?.[variant];
  const refuted = ownNull(object.metrics[metric][variant]?.vs_control, about);
  const own = { value: (point) => log10(at(point)?.p), color: "--accent", width: 2 };
  const harmed = { value: (point) => log10(at(point)?.harm_p), color: "--bad", width: 2, label: CLAIMS.harm };
  return {
    title: "Always-valid p",
    subtitle: `log scale${refuted ? `, against \u201c${refuted}\u201d` : ""}`,
    lines: harm && about.test !== "superiority" ? [{ ...own, label: CLAIMS[about.test] }, harmed] : [own],
    range: (low) => [Math.min(low - 0.4, log10(alpha ?? 1) - 0.7), 0.12],
    decades: true,
    rules: () => (alpha ? [{ y: log10(alpha), label: `\u03b1 = ${alpha}`, color: "--bad" }] : []),
    tick: powerOfTen,
    readout: (exponents) => `p = ${exponents.map((exponent) => pValue(exponent === null ? null : 10 ** exponent)).join(" / ")}`,
  };
}

const powerOfTen = (exponent) => (exponent >= -4 ? String(Number((10 ** exponent).toPrecision(1))) : `1e${exponent}`);

function exposurePlot(object) {
  const keys = object.about.variants.map(({ key }) => key);
  return {
    title: "Exposures",
    subtitle: "units entered",
    lines: keys.map((key, i) => ({ label: key, value: (point) => point.units[key], color: PALETTE[i % PALETTE.length], width: 2 })),
    range: (low, high) => [0, Math.max(1, high * 1.08)],
    rules: () => [],
    tick: compact,
    readout: (counts) => counts.map(count).join(" / "),
  };
}

function splitPlot(object) {
  const threshold = object.about.srm_threshold;
  return {
    title: "Split check",
    subtitle: "SRM evidence, log e",
    lines: [{ value: (point) => point.srm_log_e, color: "--accent", width: 2 }],
    range: (low, high) => [Math.min(low, -2) - 0.5, Math.max(high, threshold ?? 1) * 1.15],
    rules: () => (threshold ? [{ y: threshold, label: `alarm at ${threshold.toFixed(1)}`, color: "--bad" }] : []),
    tick: (value) => String(value).replace("-", "\u2212"),
    readout: ([evidence]) => (evidence === null ? "" : `log e = ${evidence.toFixed(2).replace("-", "\u2212")}`),
  };
}
