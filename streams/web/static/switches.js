// Which metric of which variant is looked at.

import { h, icon, redraw } from "./dom.js";
import { status } from "./words.js";

/** The choice of the address where it exists, else what decides: harmed first, then the primary, the named variant first. */
export function choices(object, metric, variant) {
  const all = Object.entries(object.metrics).flatMap(([id, cells]) => treatments(object).filter((key) => cells[key]).map((key) => ({ metric: id, variant: key })));
  const rank = (choice) => [
    choice.metric !== metric,
    choice.variant !== variant,
    object.metrics[choice.metric][choice.variant].vs_control?.status !== "harmful",
    object.about.metrics[choice.metric].role !== "primary",
    choice.variant !== object.variant,
  ];
  return all.sort((a, b) => compare(rank(a), rank(b)))[0] ?? { metric: null, variant: null };
}

export const control = (object) => object.about.variants.find(({ role }) => role === "control")?.key;
export const treatments = (object) => object.about.variants.filter(({ role }) => role !== "control").map(({ key }) => key);

export function showSwitches(element, object, choice, onChoose) {
  const metrics = Object.keys(object.metrics);
  const states = metrics.map((id) => object.metrics[id][choice.variant]?.vs_control?.status);
  redraw(element, [object.experiment_id, metrics, states, choice], () => [
    group("Metric", metrics, choice.metric, (id) => onChoose(object.experiment_id, id, choice.variant), (id, i) => [
      mark(states[i]), h("span", {}, id), h("span", { class: "role" }, object.about.metrics[id].role),
    ]),
    group("Variant", treatments(object), choice.variant, (key) => onChoose(object.experiment_id, choice.metric, key), (key) => [h("span", {}, key)]),
  ]);
}

function group(label, keys, chosen, onChoose, face) {
  const button = (key, i) =>
    h("button", { type: "button", "data-key": `${label} ${key}`, "aria-pressed": String(key === chosen), click: () => onChoose(key) }, face(key, i));
  return h("div", { class: "switch", role: "group", "aria-label": label }, h("span", { class: "label" }, label), keys.map(button));
}

function mark(name) {
  if (!name) return null;
  const { tone, icon: picture } = status(name);
  return h("span", { class: `mark ${tone}` }, icon(picture));
}

function compare(one, other) {
  const at = one.findIndex((value, i) => value !== other[i]);
  return at < 0 ? 0 : one[at] - other[at];
}
