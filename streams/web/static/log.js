// What was decided, when and why; newest first.

import { h, icon, redraw } from "./dom.js";
import { time } from "./format.js";
import { action, verdict } from "./words.js";

export function showLog(element, { experiment_id }, decisions) {
  const own = decisions.filter(({ data }) => data.experiment_id === experiment_id).reverse();
  redraw(element, own.map(({ id }) => id), () => [
    h("h2", {}, "Decision log"),
    own.length ? h("ol", { class: "log" }, own.map(entry)) : h("p", { class: "faint" }, "Nothing has been decided yet."),
  ]);
}

function entry({ id, time: at, data }) {
  const { title, tone, icon: picture } = verdict(data.verdict);
  const todo = action(data.action, data.variant);
  return h(
    "li",
    { class: tone },
    h("span", { class: "badge" }, icon(picture)),
    h("p", { class: "what" }, h("strong", {}, title), todo ? ` \u00b7 ${todo}` : "", h("span", { class: "faint" }, " \u00b7 ", time(at))),
    h("p", { class: "why" }, data.reasons.join("; ")),
    h("p", { class: "faint id", title: id }, `no. ${data.seq} \u00b7 ${id.slice(0, 12)}`),
  );
}
