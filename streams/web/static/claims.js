// Which of a metric's tests speaks: the one behind its finding, else the one it is meant for.

const BEHIND = {
  winner: "superiority",
  harmful: "harm",
  futile: "futility",
  non_inferior: "non_inferiority",
  equivalent: "equivalence",
};

/** What a test claims when it reaches its threshold, in a word or two. */
export const CLAIMS = {
  superiority: "difference",
  harm: "harm",
  futility: "no worthwhile effect",
  non_inferiority: "not worse",
  equivalence: "equivalent",
};

/** The test behind what is found of a variant: its p-value, level, and the null it speaks against. */
export function speaking(versus, about) {
  return find(versus, BEHIND[versus.status] ?? about.test) ?? { p_always_valid: versus.p_always_valid, alpha: about.alpha, null: null };
}

/** The null of the metric's own test, in words. */
export const ownNull = (versus, about) => find(versus, about.test)?.null ?? null;

const find = (versus, kind) => versus?.tests?.find((test) => test.kind === kind);
