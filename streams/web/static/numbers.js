// The chosen comparison in figures.

import { speaking } from "./claims.js";
import { h, icon, redraw } from "./dom.js";
import { count, effect, effectUnit, interval, mean, pValue, reach, relative } from "./format.js";
import { control } from "./switches.js";
import { status } from "./words.js";

export function showNumbers(element, object, { metric, variant }) {
  const cells = object.metrics[metric] ?? {};
  const [treated, base] = [cells[variant], cells[control(object)]];
  redraw(element, [treated, base, metric], () => (treated?.vs_control ? figures(treated, base, object.about.metrics[metric]) : []));
}

function figures({ vs_control: versus, early, mean: treated, matured }, base, about) {
  const { title, tone, icon: picture } = status(versus.status);
  const test = speaking(versus, about);
  return [
    figure("Effect", [effect(versus.estimate, about.type, reach(versus)), h("small", {}, ` ${effectUnit(about.type)}`)], interval(versus.lower, versus.upper, about.type)),
    figure("Relative", [relative(versus.relative)], ends(versus)),
    figure(about.type === "binary" ? "Rates" : "Means", [mean(treated, about.type)], `control ${mean(base?.mean, about.type)}`),
    figure("Always-valid p", [pValue(test.p_always_valid)], against(test)),
    figure("Finding", [h("span", { class: `chip ${tone}` }, icon(picture), title)], reading(early, matured)),
  ];
}

function figure(label, value, note) {
  return h("div", {}, h("dt", {}, label), h("dd", { class: "value" }, value), h("dd", { class: "note" }, note));
}

const against = ({ null: refuted, alpha }) => `${refuted ? `against \u201c${refuted}\u201d, ` : ""}\u03b1 = ${alpha ?? "none"}`;

function ends({ relative_lower, relative_upper }) {
  return `${relative(relative_lower)} to ${relative(relative_upper)}`;
}

function reading(early, matured) {
  const units = `${count(matured)} matured`;
  return early ? `${units}; early reading: ${status(early.status).title}` : units;
}
