// Every metric of every variant, so that nothing has to be looked for.

import { CLAIMS, speaking } from "./claims.js";
import { h, icon, redraw } from "./dom.js";
import { count, effect, effectUnit, interval, mean, pValue, reach, relative } from "./format.js";
import { status } from "./words.js";

const FIXED = "The fixed-sample p is the classical one. It is valid for a single look only, so it is shown for comparison and decides nothing.";

export function showTable(element, { metrics, about }) {
  redraw(element, [metrics, about.metrics], () => [
    h("h2", {}, "All metrics"),
    h("div", { class: "scroll", role: "region", tabindex: "0", "data-key": "table", "aria-label": "All metrics, scrollable" }, table(metrics, about)),
    h("p", { class: "faint" }, FIXED),
  ]);
}

function table(metrics, about) {
  const columns = columnsFor(metrics);
  const head = h("thead", {}, h("tr", {}, ["Variant", ...columns.keys()].map((name) => h("th", { scope: "col" }, name))));
  return h("table", {}, head, Object.entries(metrics).map(([id, cells]) => body(id, cells, about.metrics[id], columns)));
}

/** Column by column what stands in a cell; the early reading only where some metric has one. */
function columnsFor(metrics) {
  const early = Object.values(metrics).some((cells) => Object.values(cells).some((cell) => cell.early));
  return new Map(
    [
      ["Finding", (_, __, versus) => versus && chip(versus.status)],
      ["Units", (cell) => count(cell.units)],
      ["Matured", (cell) => count(cell.matured)],
      ["Converted", (cell) => count(cell.conversions)],
      ["Mean", (cell, about) => mean(cell.mean, about.type)],
      ["Effect", (_, about, versus) => versus && effectCell(versus, about.type)],
      ["Relative", (_, __, versus) => versus && relative(versus.relative)],
      ["Always-valid\u00a0p", (_, about, versus) => versus && evidence(speaking(versus, about))],
      early && ["Early reading", (cell) => cell.early && `${status(cell.early.status).title}, p ${pValue(cell.early.p_always_valid)}`],
      ["Fixed-sample\u00a0p", (_, __, versus) => versus && h("span", { class: "faint" }, pValue(versus.fixed_sample?.p))],
    ].filter(Boolean),
  );
}

function body(id, cells, about, columns) {
  const { role, direction } = about;
  const wish = direction === "decrease" ? "should fall" : "should rise";
  const head = h("th", { colspan: columns.size + 1, scope: "rowgroup" }, id, h("span", { class: "faint" }, ` \u00b7 ${role} \u00b7 ${wish}`));
  const row = ([variant, cell]) =>
    h("tr", {}, h("th", { scope: "row" }, variant), [...columns.values()].map((show) => h("td", {}, show(cell, about, cell.vs_control))));
  return h("tbody", {}, h("tr", { class: "group" }, head), Object.entries(cells).map(row));
}

function effectCell(versus, type) {
  const { estimate, lower, upper } = versus;
  return [`${effect(estimate, type, reach(versus))} ${effectUnit(type)}`, h("span", { class: "under" }, interval(lower, upper, type))];
}

function evidence({ p_always_valid, kind }) {
  return [pValue(p_always_valid), h("span", { class: "under" }, CLAIMS[kind] ?? "")];
}

function chip(name) {
  const { title, tone, icon: picture } = status(name);
  return h("span", { class: `chip ${tone}` }, icon(picture), title);
}
