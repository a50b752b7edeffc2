// What is drawn on a plot besides its data: lines below it, words above it with a halo so that they stay readable.
// Colours are the stylesheet's, so that light and dark need no second list.

export const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A horizontal reference: solid for "no effect", dashed for a limit. */
export function drawRule(u, { y, color, solid = false }) {
  const at = place(u, y);
  if (at === null) return;
  paint(u, color, ({ ctx, px }) => {
    ctx.lineWidth = px(solid ? 1.5 : 1);
    ctx.setLineDash(solid ? [] : [px(5), px(4)]);
    line(ctx, u.bbox.left, at, u.bbox.left + u.bbox.width, at);
  });
}

export function nameRule(u, { y, label, color, below = false }) {
  const at = place(u, y);
  if (at === null) return;
  paint(u, color, ({ px, say }) => say(label, u.bbox.left + u.bbox.width - px(4), at + px(below ? 13 : -5), "right"));
}

/** The moment the verdict fell. */
export function drawStop(u, instant) {
  const at = moment(u, instant);
  if (at === null) return;
  paint(u, undefined, ({ ctx, px }) => {
    ctx.lineWidth = px(1);
    ctx.setLineDash([px(2), px(3)]);
    line(ctx, at, u.bbox.top, at, u.bbox.top + u.bbox.height);
  });
}

export function nameStop(u, instant) {
  const at = moment(u, instant);
  if (at === null) return;
  const roomy = at < u.bbox.left + 0.85 * u.bbox.width;
  paint(u, undefined, ({ px, say }) => say("stopped", at + px(roomy ? 5 : -5), u.bbox.top + px(10), roomy ? "left" : "right"));
}

/** Which way is good. */
export function nameSides(u, [above, below]) {
  const { left, top, width, height } = u.bbox;
  paint(u, undefined, ({ px, say }) => {
    say(`\u2191 ${above}`, left + width - px(4), top + px(10), "right");
    say(`\u2193 ${below}`, left + width - px(4), top + height - px(5), "right");
  });
}

function place(u, y) {
  const at = Math.round(u.valToPos(y, "y", true));
  return at < u.bbox.top || at > u.bbox.top + u.bbox.height ? null : at;
}

function moment(u, instant) {
  if (!instant) return null;
  const at = Math.round(u.valToPos(Date.parse(instant), "x", true));
  return at < u.bbox.left || at > u.bbox.left + u.bbox.width ? null : at;
}

function paint({ ctx }, color, draw) {
  const px = (n) => n * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink(color ?? "--ink-2");
  draw({ ctx, px, say: (...words) => say(ctx, px, ...words) });
  ctx.restore();
}

function say(ctx, px, text, x, y, align) {
  ctx.font = `${px(11)}px ${ink("--sans")}`;
  ctx.textAlign = align;
  ctx.textBaseline = "alphabetic";
  ctx.strokeStyle = ink("--card");
  ctx.lineWidth = px(4);
  ctx.lineJoin = "round";
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}

function line(ctx, x1, y1, x2, y2) {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
