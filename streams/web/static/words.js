// Verdicts, statuses and actions in plain words. Colour is never alone: each tone comes with an icon and a sentence.

const VERDICTS = {
  warming_up: ["Warming up", "quiet", "warming", "Too few units for a verdict; only a broken split could end it now."],
  continue: ["Keep running", "calm", "running", "The evidence does not decide yet. Looking costs nothing."],
  stop_success: ["Stop: it works", "good", "success", "The improvement is proven, however often anybody looked."],
  stop_harm: ["Stop: it harms", "bad", "harm", "The harm is proven, however often anybody looked."],
  stop_futility: ["Stop: no worthwhile effect", "quiet", "flat", "The effect that was hoped for is ruled out."],
  stop_max_runtime: ["Stop: time is up", "quiet", "clock", "The longest runtime has passed without a decision."],
  invalid_srm: ["Invalid: broken split", "warn", "invalid", "Units are not divided as declared, so no comparison can be trusted."],
  invalid_multi_exposure: ["Invalid: mixed exposure", "warn", "invalid", "Too many units saw more than one variant."],
  no_data: ["No data", "warn", "silent", "No exposures are arriving."],
  held: ["Held", "warn", "paused", "Some counts are too old to stop on; the evidence goes on."],
  paused: ["Paused", "quiet", "paused", "Somebody has paused this experiment."],
};

const ACTIONS = {
  ship: (variant) => named("Ship", variant),
  rollback: (variant) => named("Roll back", variant),
  pause: () => "Pause",
  extend: () => "Extend",
  review: () => "Review",
  restart: () => "Restart",
};

const named = (verb, variant) => (variant ? `${verb} ${variant}` : verb);

const STATUSES = {
  undecided: ["undecided", "calm", "running"],
  winner: ["better", "good", "success"],
  harmful: ["harmful", "bad", "harm"],
  futile: ["no worthwhile effect", "quiet", "flat"],
  non_inferior: ["not worse", "good", "success"],
  equivalent: ["equivalent", "good", "success"],
  suspended: ["suspended", "warn", "invalid"],
};

export function verdict(name) {
  const [title, tone, icon, meaning] = VERDICTS[name] ?? [name, "quiet", "silent", ""];
  return { title, tone, icon, meaning };
}

export function status(name) {
  const [title, tone, icon] = STATUSES[name] ?? [name, "quiet", "silent"];
  return { title, tone, icon };
}

export const action = (name, variant) => ACTIONS[name]?.(variant) ?? null;

export const EXCLUDED = {
  multi_variant: "units in several variants",
  warmup: "units before the warm-up ended",
  late: "events too late",
  before_exposure: "conversions just before exposure",
  drift: "reversals after maturity",
  missing_value: "values missing",
  over_cap: "events beyond the limit of a unit",
};
