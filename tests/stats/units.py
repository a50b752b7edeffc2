"""Units with a label, an amount y and a covariate x, and the totals that are left of them after each look."""

import numpy as np


def totals_of(label, y, x, phase):
    """Totals by name, (..., looks, phases, 2), of (..., looks, units) integers; phase is (looks,)."""
    phases = np.arange(phase.max() + 1)[:, None]

    def total(values):
        by_arm = np.stack([np.where(label == arm, values, 0).sum(axis=-1) for arm in (0, 1)], axis=-1)
        by_phase = np.where(phase[:, None, None] == phases, by_arm[..., None, :], 0)
        return by_phase.cumsum(axis=-3).astype(object)

    sums = {"sum": total(y), "squares": total(y * y), "x_sum": total(x), "x_squares": total(x * x)}
    return {"n": total(np.ones_like(y)), "nonzero": total(y != 0), **sums, "products": total(x * y)}
