"""Count and continuous metrics: cells to evidence (the asymptotic mixture behind its gate) and to what is shown."""

import numpy as np

from stats.fixed_sample import welch_z
from stats.moments import moments
from stats.sequential import msprt
from stats.sequential.asymptotic_cs import gate, stratified
from stats.sequential.label_bet import two_sided
from streams.core import sizes
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.events import MICRO
from streams.core.proportions import Array, Tracks
from streams.core.shown import NONE, Pair, Shown, floats, number, pair


def evidence(x: Experiment, m: int, variant: int, looks: Matrix) -> Tracks:
    """Log evidence of every test of metric `m` for one variant, each (looks,); nothing is known below the gate."""
    metric, good = x.metrics[m], sizes.good_side(x.metrics[m])
    estimate, variance = _difference(x, m, variant, looks)
    open_ = _gate(x, m, variant, looks) & np.isfinite(variance) & (variance > 0)
    tau2 = sizes.absolute(metric.spec.mde, metric) ** 2

    def against(side: int, effect: float = 0.0) -> Array:
        """Evidence for an effect beyond `effect` on that side."""
        log_e = np.zeros(len(looks))
        log_e[open_] = msprt.log_e_one_sided(estimate[open_] - effect, variance[open_], tau2, side)
        return log_e

    if metric.spec.test == "superiority":
        better, worse = against(good), against(-good)
        futility = against(-good, good * sizes.absolute(metric.spec.mde, metric))
        return {"superiority": two_sided(better, worse), "better": better, "harm": worse, "futility": futility}
    margin = sizes.absolute(metric.spec.margin, metric) if metric.spec.margin else 0.0
    not_worse, harm = against(good, -good * margin), against(-good, -good * margin)
    if metric.spec.test == "non_inferiority":
        return {"non_inferiority": not_worse, "harm": harm}
    return {"equivalence": np.minimum(not_worse, against(-good, good * margin)), "harm": harm}


def show(x: Experiment, m: int, variant: int, looks: Matrix) -> Shown:
    """Estimate and intervals at one look (a matrix of one row); below the gate the intervals are not given."""
    metric, arms = x.metrics[m], [x.control, variant]
    estimate, variance = _difference(x, m, variant, looks)
    n, mean, spread = _pooled(x, m, arms, looks)
    control = mean[0] if n[0] else np.nan
    interval, relative_interval = NONE, NONE
    if _gate(x, m, variant, looks)[0] and variance[0] > 0:
        tau2, level = sizes.absolute(metric.spec.mde, metric) ** 2, sizes.alpha(x, metric)
        half = msprt.half_width(variance[0], tau2, level)
        interval = pair((estimate[0] - half, estimate[0] + half))
        relative_interval = _relative_interval(x, m, variant, looks, estimate[0])
    return Shown(
        estimate=number(estimate[0]),
        interval=interval,
        relative=number(estimate[0] / control) if control else None,
        relative_interval=relative_interval,
        fixed_sample=pair(welch_z(n, mean, spread)),
    )


def _relative_interval(x: Experiment, m: int, variant: int, looks: Matrix, estimate: float) -> Pair:
    """Interval of the lift from the logarithm of the ratio of means: the plain ratio misses too often when rare."""
    metric = x.metrics[m]
    n, mean, spread = _pooled(x, m, [x.control, variant], looks)
    treated = mean[0] + estimate
    if min(mean[0], treated) <= 0 or (metric.spec.mde.relative is None and metric.spec.baseline is None):
        return NONE
    variance = (spread / n / np.square([mean[0], treated])).sum()
    tau2 = sizes.relative(metric.spec.mde, metric) ** 2
    half = msprt.half_width(variance, tau2, sizes.alpha(x, metric))
    return pair((np.expm1(np.log(treated / mean[0]) - half), np.expm1(np.log(treated / mean[0]) + half)))


def _difference(x: Experiment, m: int, variant: int, looks: Matrix) -> tuple[Array, Array]:
    block, arms = x.layout.metrics[m], [x.control, variant]
    n, total, squares = (block.field(looks, name)[..., arms] for name in ("matured", "sum", "squares"))
    mean, variance = moments(n, total, squares, MICRO)
    return stratified(floats(n), mean, variance, sizes.rho(x, variant))


def _pooled(x: Experiment, m: int, arms: list[int], looks: Matrix) -> tuple[Array, Array, Array]:
    """Units, means and variances of both arms over all phases, for what is shown only."""
    block = x.layout.metrics[m]
    n, total, squares = (block.field(looks, f)[0][:, arms].sum(axis=0) for f in ("matured", "sum", "squares"))
    return floats(n), *moments(n, total, squares, MICRO)


def _gate(x: Experiment, m: int, variant: int, looks: Matrix) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    nonzero = floats(x.layout.metrics[m].field(looks, "nonzero"))[..., [x.control, variant]]
    return gate(nonzero, sizes.rho(x, variant))
