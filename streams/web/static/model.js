// What the page knows, and how it learns it. Views read the model and never write it.

import { listen } from "./live.js";

const POINTS = 2000; // the server thins its history out; beyond this many the page asks for it again
const REFRESH = 500; // milliseconds between two reads of the experiment in view

export class Model {
  connection = "connecting";
  since = null;
  experiments = new Map();
  decisions = [];
  pipeline = {};
  chosen = null;
  object = null;
  missing = false;
  points = [];

  constructor(onChange) {
    this.onChange = onChange;
    this.pending = false;
  }

  start() {
    listen({
      onOpen: () => this.reload(),
      onLost: () => this.set({ connection: "lost", since: this.since ?? Date.now() }),
      onEvent: (name, data) => this[`on_${name}`](data),
    });
  }

  set(changes) {
    Object.assign(this, changes);
    this.onChange();
  }

  async reload() {
    const [experiments, decisions, pipeline] = await Promise.all(["experiments", "decisions", "pipeline"].map(read));
    if (!experiments || !decisions || !pipeline) return setTimeout(() => this.reload(), REFRESH);
    const known = new Map(experiments.experiments.map((summary) => [summary.experiment_id, summary]));
    this.set({ connection: "live", since: null, experiments: known, decisions: decisions.decisions, pipeline });
    await this.choose(this.chosen);
  }

  /** Bring one experiment into view. */
  async choose(id) {
    if (id !== this.chosen) this.set({ chosen: id, object: null, points: [], missing: false });
    if (id === null) return;
    const path = `experiments/${encodeURIComponent(id)}`;
    const [object, history] = await Promise.all([read(path), read(`${path}/history`)]);
    if (id !== this.chosen) return;
    this.set({ object, missing: !object, points: history?.points ?? [] });
  }

  on_experiment(summary) {
    this.experiments.set(summary.experiment_id, summary);
    if (summary.experiment_id === this.chosen) this.object ? this.refresh() : this.choose(this.chosen);
    this.onChange();
  }

  on_point({ experiment_id, point }) {
    if (experiment_id !== this.chosen) return;
    const last = this.points.at(-1)?.t ?? -Infinity;
    if (point.t === last) this.points.pop();
    if (point.t >= last) this.points.push(point);
    if (this.points.length > POINTS) this.choose(this.chosen);
    this.onChange();
  }

  on_decision(decision) {
    this.set({ decisions: [...this.decisions.filter(({ id }) => id !== decision.id), decision] });
  }

  on_pipeline(pipeline) {
    this.set({ pipeline });
  }

  /** The object of the experiment in view, read again at most twice a second however often it changes. */
  async refresh() {
    if (this.pending) return;
    this.pending = true;
    await new Promise((resolve) => setTimeout(resolve, REFRESH));
    this.pending = false;
    const id = this.chosen;
    const object = id && (await read(`experiments/${encodeURIComponent(id)}`));
    if (object && id === this.chosen) this.set({ object, missing: false });
  }
}

async function read(path) {
  try {
    const response = await fetch(`/api/${path}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null; // the stream notices that the server is gone and reads everything again
  }
}
