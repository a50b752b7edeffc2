// Wires the model to the views. The address holds the choice (#/experiment/metric/variant), so a view can be sent on.

import { Detail } from "./detail.js";
import { Model } from "./model.js";
import { Overview } from "./overview.js";
import { showConnection, showPipeline } from "./pipeline.js";
import { verdict } from "./words.js";

const WIDE = matchMedia("(min-width: 60rem)");

const at = (id) => document.getElementById(id);
const model = new Model(schedule);
const detail = new Detail(at("detail"), (...choice) => (location.hash = address(choice)));
const overview = new Overview(at("overview"));
let scheduled = false;

function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(draw);
}

function draw() {
  scheduled = false;
  const [, metric, variant] = route();
  follow();
  document.body.classList.toggle("listing", model.chosen === null);
  showConnection(at("connection"), model);
  overview.show(model);
  detail.show(model, metric, variant);
  showPipeline(at("pipeline"), model.pipeline);
  document.title = title();
}

/** The experiment of the address; on a wide screen the first one when it names none. */
function follow() {
  const first = WIDE.matches ? (model.experiments.keys().next().value ?? null) : null;
  const wanted = route()[0] ?? first;
  if (wanted !== model.chosen) model.choose(wanted);
}

function route() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map(decode);
  return [parts[0] || null, parts[1] ?? null, parts[2] ?? null];
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function address(parts) {
  return `#/${parts.filter((part) => part !== null).map(encodeURIComponent).join("/")}`;
}

function title() {
  const { object } = model;
  return object ? `${verdict(object.verdict).title} \u00b7 ${object.about.name} \u00b7 Peekproof` : "Peekproof";
}

addEventListener("hashchange", () => {
  schedule();
  scrollTo(0, 0);
});
WIDE.addEventListener("change", schedule);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => detail.repaint());
schedule();
model.start();
