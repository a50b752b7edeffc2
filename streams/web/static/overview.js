// All experiments at a glance: verdict, units, and the effect that matters most against zero.

import { h, icon, redraw, svg } from "./dom.js";
import { count, effect, effectUnit, reach } from "./format.js";
import { verdict } from "./words.js";

export class Overview {
  constructor(element) {
    this.cards = new Map();
    this.title = h("h2");
    this.list = h("ul");
    this.empty = h("p", { class: "faint" });
    element.append(this.title, this.list, this.empty);
  }

  show({ experiments, chosen, connection }) {
    redraw(this.title, experiments.size, () => ["Experiments", experiments.size ? h("span", { class: "tally" }, count(experiments.size)) : ""]);
    this.empty.textContent = experiments.size ? "" : nothing(connection);
    for (const gone of [...this.cards.keys()].filter((id) => !experiments.has(id))) this.drop(gone);
    for (const summary of experiments.values()) this.card(summary, chosen);
  }

  /** A card stays the same link while its content changes, so that no click or focus is lost. */
  card(summary, chosen) {
    const id = summary.experiment_id;
    if (!this.cards.has(id)) this.add(id);
    const link = this.cards.get(id).firstChild;
    link.className = `card ${verdict(summary.verdict).tone}`;
    if (id === chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    redraw(link, summary, () => face(summary));
  }

  add(id) {
    this.cards.set(id, h("li", {}, h("a", { href: `#/${encodeURIComponent(id)}` })));
    this.list.append(this.cards.get(id));
  }

  drop(id) {
    this.cards.get(id).remove();
    this.cards.delete(id);
  }
}

const nothing = (connection) => (connection === "live" ? "None is known to this worker yet." : "Waiting for the worker\u2026");

function face({ experiment_id, name, verdict: said, units, headline: effectOf }) {
  const { title, icon: picture } = verdict(said);
  return [
    h("span", { class: "badge" }, icon(picture)),
    h("span", { class: "name" }, name ?? experiment_id),
    h("span", { class: "word" }, title, h("span", { class: "faint" }, ` \u00b7 ${count(units)} units`)),
    tells(effectOf) && headline(effectOf),
  ];
}

/** While the split is broken no comparison is worth a glance. */
const tells = (effectOf) => effectOf && effectOf.estimate !== null && effectOf.status !== "suspended";

function headline(effectOf) {
  const { metric, type, estimate } = effectOf;
  const amount = `${effect(estimate, type, reach(effectOf))} ${effectUnit(type)}`;
  return h("span", { class: "headline" }, forest(effectOf), h("span", { class: "of" }, metric), h("span", { class: "amount" }, amount));
}

/** The interval on its own scale, with zero in the middle. */
function forest({ lower, upper, estimate }) {
  const widest = 1.08 * Math.max(reach({ lower, upper }), Math.abs(estimate), Number.MIN_VALUE);
  const at = (value) => `${(50 + (50 * value) / widest).toFixed(2)}%`;
  return svg(
    "svg",
    { class: "forest", "aria-hidden": "true" },
    svg("line", { class: "zero", x1: "50%", x2: "50%", y1: 1, y2: 15 }),
    lower !== null && upper !== null && svg("line", { class: "span", x1: at(lower), x2: at(upper), y1: 8, y2: 8 }),
    svg("circle", { class: "dot", cx: at(estimate), cy: 8, r: 3.5 }),
  );
}
