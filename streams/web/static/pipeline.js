// Whether this page is live, and whether every event read is accounted for.

import { h, redraw } from "./dom.js";
import { clockTime, count, time } from "./format.js";

const WORDS = {
  connecting: () => "Connecting\u2026",
  live: () => "Live",
  lost: (since) => `Connection lost at ${clockTime(since)}; trying again`,
};

export function showConnection(element, { connection, since }) {
  element.className = `connection ${connection}`;
  redraw(element, [connection, since], () => [h("span", { class: "lamp" }), h("span", {}, WORDS[connection](since))]);
}

export function showPipeline(element, pipeline) {
  const rejected = Object.entries(pipeline.rejected ?? {}).filter(([, n]) => n > 0);
  redraw(element, pipeline, () =>
    pipeline.read === undefined ? [] : [
      h("p", {}, balance(pipeline, rejected)),
      rejected.length ? h("p", {}, "Rejected: ", rejected.map(([reason, n]) => `${count(n)} ${reason.replaceAll("_", " ")}`).join(", ")) : null,
      h("p", { class: "partitions" }, Object.entries(pipeline.partitions ?? {}).map(partition)),
    ],
  );
}

/** Conservation in one line: nothing that was read may be missing. */
function balance({ read, accepted, late, recovering }, rejected) {
  const refused = rejected.reduce((sum, [, n]) => sum + n, 0);
  const text = `${count(read)} events read = ${count(accepted)} accepted + ${count(late)} late + ${count(refused)} rejected`;
  return recovering ? `Rebuilding state. ${text}` : text;
}

function partition([number, { clock, lag }]) {
  return h("span", {}, `Partition ${number}: read to `, time(clock), lag ? `, ${count(lag)} behind` : "");
}
