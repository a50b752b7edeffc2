// What one asks for in a dispute: what was left out, and exactly which state this is.

import { h, redraw } from "./dom.js";
import { count } from "./format.js";
import { EXCLUDED } from "./words.js";

export function showFinePrint(element, object) {
  redraw(element, [object.excluded, object.duplicate, object.repeat_exposure, object.offsets, object.config_hash], () => [
    h("summary", {}, h("h2", {}, "Fine print")),
    h("dl", { class: "print" }, facts(object).flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])),
  ]);
}

function facts({ experiment_id, epoch, config_hash, excluded, duplicate, repeat_exposure, offsets, about }) {
  return [
    ["Experiment", `${experiment_id}, epoch ${epoch}`],
    ["Definition", config_hash],
    ...(about.runbook ? [["Runbook", about.runbook]] : []),
    ["Owner", [about.owner?.name, about.owner?.contact].filter(Boolean).join(", ")],
    ["Left out", leftOut(excluded)],
    ["Repeated", `${count(duplicate)} duplicate conversions, ${count(repeat_exposure)} repeated exposures: counted once`],
    ["Read up to", Object.entries(offsets ?? {}).map(([topic, at]) => `${topic} ${partitions(at)}`).join("; ")],
  ];
}

function leftOut(excluded) {
  const parts = Object.entries(excluded).filter(([, n]) => n > 0);
  return parts.length ? parts.map(([why, n]) => `${count(n)} ${EXCLUDED[why] ?? why}`).join(", ") : "nothing";
}

const partitions = (offsets) => Object.entries(offsets).map(([partition, offset]) => `[${partition}] ${count(offset)}`).join(" ");
