"""Count and continuous metrics: cells to evidence (the asymptotic mixture behind its gate) and to what is shown."""

from collections.abc import Callable

import numpy as np

from stats.fixed_sample import welch_z
from stats.moments import moments
from stats.sequential import msprt
from stats.sequential.asymptotic_cs import SMALLEST_PHASE, gate, phase_shares, stratified
from stats.sequential.label_bet import two_sided
from streams.core import sizes
from streams.core.amounts import Amounts, totals
from streams.core.cells import Matrix
from streams.core.definition import Experiment, Metric
from streams.core.events import MICRO
from streams.core.proportions import Array, Tracks
from streams.core.shown import NONE, Pair, Shown, floats, number, pair


def evidence(x: Experiment, m: int, variant: int, looks: Matrix) -> Tracks:
    """Log evidence of every test of metric `m` for one variant, each (looks,); nothing is known below the gate."""
    metric, good = x.metrics[m], sizes.good_side(x.metrics[m])
    if not sizes.testable(metric):
        return dict.fromkeys(("superiority", "better", "harm", "futility", metric.spec.test), np.zeros(len(looks)))
    exact = sizes.method(x, metric) == "bounded_bet"
    against = Amounts(x, m, variant, looks).against if exact else _mixture(x, m, variant, looks)
    if metric.spec.test == "superiority":
        better, worse = against(good, 0.0), against(-good, 0.0)
        futility = against(-good, good * sizes.absolute(metric.spec.mde, metric))
        return {"superiority": two_sided(better, worse), "better": better, "harm": worse, "futility": futility}
    margin = sizes.absolute(metric.spec.margin, metric) if metric.spec.margin else 0.0
    not_worse, harm = against(good, -good * margin), against(-good, -good * margin)
    if metric.spec.test == "non_inferiority":
        return {"non_inferiority": not_worse, "harm": harm}
    return {"equivalence": np.minimum(not_worse, against(-good, good * margin)), "harm": harm}


def _mixture(x: Experiment, m: int, variant: int, looks: Matrix) -> Callable[[int, float], Array]:
    """Log evidence (looks,) for an effect beyond a given one on a given side."""
    estimate, variance = _difference(x, m, variant, looks)
    open_ = _gate(x, m, variant, looks) & np.isfinite(variance) & (variance > 0)
    tau2 = sizes.absolute(x.metrics[m].spec.mde, x.metrics[m]) ** 2

    def against(side: int, effect: float) -> Array:
        log_e = np.zeros(len(looks))
        log_e[open_] = msprt.log_e_one_sided(estimate[open_] - effect, variance[open_], tau2, side)
        return log_e

    return against


def show(x: Experiment, m: int, variant: int, looks: Matrix) -> Shown:
    """Estimate and intervals at one look (a matrix of one row); below the gate the intervals are not given."""
    metric = x.metrics[m]
    estimate, variance = (float(one[0]) for one in _difference(x, m, variant, looks))
    n, mean, spread = _arms(x, m, variant, looks)
    share = phase_shares(n, sizes.rho(x, variant), SMALLEST_PHASE)
    means, errors = share @ np.nan_to_num(mean), share**2 @ (np.nan_to_num(spread) / np.maximum(n, 1))
    interval, lift, lift_interval = NONE, number(estimate / means[0]) if means[0] > 0 else None, NONE
    if sizes.method(x, metric) == "bounded_bet":
        interval = Amounts(x, m, variant, looks).interval()
    elif sizes.testable(metric) and _gate(x, m, variant, looks)[0] and variance > 0:
        half = msprt.half_width(variance, sizes.absolute(metric.spec.mde, metric) ** 2, sizes.alpha(x, metric))
        interval = pair((estimate - half, estimate + half))
        lift_interval = _lift_interval(metric, means, errors, sizes.alpha(x, metric))
    return Shown(
        estimate=number(estimate),
        interval=interval,
        relative=lift,
        relative_interval=lift_interval,
        fixed_sample=pair(welch_z(*_pooled(x, m, variant, looks))),
    )


def _lift_interval(metric: Metric, means: Array, errors: Array, alpha: float) -> Pair:
    """From the logarithm of the ratio of means: an interval of the plain ratio misses too often when events are rare.

    Args:
        metric: the metric.
        means: (2,) of control and treatment.
        errors: (2,) variances of these means.
        alpha: level.
    """
    if means.min() <= 0 or (metric.spec.mde.relative is None and metric.baseline is None):
        return NONE
    ratio = np.log(means[1] / means[0])
    half = msprt.half_width((errors / means**2).sum(), sizes.relative(metric.spec.mde, metric) ** 2, alpha)
    with np.errstate(over="ignore"):  # an upper bound beyond all floats is none
        return pair((np.expm1(ratio - half), np.expm1(ratio + half)))


def _difference(x: Experiment, m: int, variant: int, looks: Matrix) -> tuple[Array, Array]:
    n, total, squares = totals(x, m, variant, looks)
    return stratified(floats(n), *moments(n, total, squares, MICRO), sizes.rho(x, variant))


def _arms(x: Experiment, m: int, variant: int, looks: Matrix) -> tuple[Array, Array, Array]:
    """Units, means and variances of control and treatment by phase, each (phases, 2)."""
    n, total, squares = (one[0] for one in totals(x, m, variant, looks))
    return floats(n), *moments(n, total, squares, MICRO)


def _pooled(x: Experiment, m: int, variant: int, looks: Matrix) -> tuple[Array, Array, Array]:
    """The same over all phases, as the classical comparison would take them."""
    n, total, squares = (one[0].sum(axis=0) for one in totals(x, m, variant, looks))
    return floats(n), *moments(n, total, squares, MICRO)


def _gate(x: Experiment, m: int, variant: int, looks: Matrix) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    nonzero = floats(x.layout.metrics[m].field(looks, "nonzero"))[..., [x.control, variant]]
    return gate(nonzero, sizes.rho(x, variant))
