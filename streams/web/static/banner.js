// The verdict: what it is, what to do, and why.

import { h, icon, redraw } from "./dom.js";
import { time } from "./format.js";
import { action, verdict } from "./words.js";

export class Banner {
  constructor() {
    this.badge = h("span", { class: "badge" });
    this.said = h("div", { class: "said", "aria-live": "polite", "aria-atomic": "true" });
    this.reasons = h("ul", { class: "reasons" });
    this.clock = h("p", { class: "faint until" });
    this.element = h("section", { "aria-label": "Verdict" }, this.badge, this.said, this.reasons, this.clock);
  }

  show({ verdict: name, action: what, variant, reasons, clock, stopped_at }) {
    const { title, tone, icon: picture, meaning } = verdict(name);
    const todo = action(what, variant);
    this.element.className = `banner ${tone}`;
    redraw(this.badge, picture, () => [icon(picture)]);
    redraw(this.said, [title, todo], () => [
      h("h2", {}, title),
      h("p", { class: "meaning" }, meaning),
      todo && h("p", { class: "todo" }, h("span", {}, "Recommended"), h("strong", {}, todo)),
    ]);
    redraw(this.reasons, reasons, () => reasons.map((reason) => h("li", {}, reason)));
    redraw(this.clock, [clock, stopped_at], () => [
      h("span", {}, "Evidence up to ", time(clock)),
      stopped_at && h("span", {}, " \u00b7 stopped at ", time(stopped_at)),
    ]);
  }
}
