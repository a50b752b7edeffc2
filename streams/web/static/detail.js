// One experiment: verdict first, then the evidence for it, then everything else.

import { Banner } from "./banner.js";
import { h, icon, redraw } from "./dom.js";
import { showFinePrint } from "./fineprint.js";
import { showLog } from "./log.js";
import { Panels } from "./panels.js";
import { showTable } from "./table.js";
import { choices, showSwitches } from "./switches.js";
import { showNumbers } from "./numbers.js";

export class Detail {
  constructor(element, onChoose) {
    this.element = element;
    this.onChoose = onChoose;
    this.head = h("header", { class: "head" });
    this.banner = new Banner();
    this.switches = h("div", { class: "switches" });
    this.numbers = h("dl", { class: "numbers" });
    this.panels = new Panels();
    this.table = h("section", { class: "sheet" });
    this.log = h("section", { class: "sheet" });
    this.print = h("details", { class: "sheet" });
    this.sections = [
      this.head,
      this.banner.element,
      h("section", { class: "evidence", "aria-label": "Evidence" }, this.switches, this.numbers, this.panels.element),
      this.table,
      this.log,
      this.print,
    ];
  }

  show(model, metric, variant) {
    const { object, chosen } = model;
    const state = stateOf(model);
    redraw(this.element, [state, state === "missing" && chosen], () => (object ? this.sections : [notice(state, chosen)]));
    if (object) this.fill(model, choices(object, metric, variant));
  }

  fill({ object, points, decisions }, choice) {
    showHead(this.head, object);
    this.banner.show(object);
    showSwitches(this.switches, object, choice, this.onChoose);
    showNumbers(this.numbers, object, choice);
    this.panels.show(object, points, choice);
    showTable(this.table, object);
    showLog(this.log, object, decisions);
    showFinePrint(this.print, object);
  }

  repaint() {
    this.panels.repaint();
  }
}

function showHead(element, { experiment_id, about }) {
  redraw(element, [experiment_id, about], () => [
    h("a", { class: "back", href: "#/" }, icon("back"), "All experiments"),
    h("h1", {}, about.name ?? experiment_id),
    h("p", { class: "hypothesis" }, about.hypothesis),
    h("p", { class: "faint" }, [about.team, about.surface, about.owner?.name].filter(Boolean).join(" \u00b7 ")),
  ]);
}

function stateOf({ object, missing, connection, experiments }) {
  if (object) return "object";
  if (connection !== "live") return "waiting";
  if (missing) return "missing";
  return experiments.size ? "waiting" : "empty";
}

const NOTICES = {
  empty: ["No experiment yet", "As soon as this worker knows a definition, its experiment appears here by itself."],
  missing: ["Unknown here", "This worker knows no experiment called"],
  waiting: ["Reading the evidence\u2026", ""],
};

function notice(state, chosen) {
  const [title, text] = NOTICES[state];
  if (state !== "missing") return h("div", { class: "notice" }, h("h1", {}, title), h("p", {}, text));
  const back = h("p", {}, h("a", { href: "#/" }, "All experiments"));
  return h("div", { class: "notice" }, h("h1", {}, title), h("p", {}, `${text} ${chosen}.`), back);
}
