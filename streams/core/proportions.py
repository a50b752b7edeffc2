"""Binary and retention metrics: cells to evidence (label bet, or its sequential ratio form) and to what is shown."""

import numpy as np

from stats.fixed_sample import two_proportion_z
from stats.sequential.asymptotic_cs import phase_shares
from stats.sequential.label_bet import LabelBet, two_sided
from stats.sequential.sprt import ONE_STAKE, Sprt
from streams.core import sizes
from streams.core.cells import Matrix
from streams.core.definition import Experiment, Metric
from streams.core.shown import Shown, floats, number, pair

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Tracks = dict[str, Array]


def evidence(x: Experiment, m: int, variant: int, looks: Matrix) -> Tracks:
    """Log evidence of every test of metric `m` for one variant, each (looks,), by name of the track."""
    metric, rho = x.metrics[m], sizes.rho(x, variant)
    matured, early = _cells(x, m, variant, looks, early=False), _cells(x, m, variant, looks, early=True)
    bet, good = _bet(metric), sizes.good_side(metric)
    halves = {side: bet.log_wealth(early, rho, side) for side in (1, -1)}
    tracks = {
        "early": two_sided(halves[1], halves[-1]),
        "early_better": halves[good],
        "early_worse": halves[-good],
    }
    tests = {"superiority": _superiority, "non_inferiority": _non_inferiority, "equivalence": _equivalence}
    if sizes.method(x, metric) == "sprt":
        return tracks | _sprt(metric, matured, rho)
    return tracks | tests[metric.spec.test](metric, bet, matured, rho)


def _superiority(metric: Metric, bet: LabelBet, cells: Array, rho: list[float]) -> Tracks:
    good, mde = sizes.good_side(metric), sizes.relative(metric.spec.mde, metric)
    better, worse = bet.log_wealth(cells, rho, good), bet.log_wealth(cells, rho, -good)
    futility = bet.log_wealth_relative(cells, rho, -good, good * mde)
    return {"superiority": two_sided(better, worse), "better": better, "harm": worse, "futility": futility}


def _sprt(metric: Metric, cells: Array, rho: list[float]) -> Tracks:
    good, mde = sizes.good_side(metric), sizes.relative(metric.spec.mde, metric)
    better, futility = Sprt(mde, metric.baseline, good).log_e(cells, rho)
    worse = LabelBet(mde, metric.baseline, ONE_STAKE).log_wealth(cells, rho, -good)
    return {"superiority": better, "better": better, "harm": worse, "futility": futility}


def _non_inferiority(metric: Metric, bet: LabelBet, cells: Array, rho: list[float]) -> Tracks:
    good = sizes.good_side(metric)
    return {
        "non_inferiority": _beyond(metric, bet, cells, rho, side=good, edge=-good),
        "harm": _beyond(metric, bet, cells, rho, side=-good, edge=-good),
    }


def _equivalence(metric: Metric, bet: LabelBet, cells: Array, rho: list[float]) -> Tracks:
    """Equivalent when both margins are excluded."""
    good, one_sided = sizes.good_side(metric), _non_inferiority(metric, bet, cells, rho)
    not_better = _beyond(metric, bet, cells, rho, side=-good, edge=good)
    return {"equivalence": np.minimum(one_sided["non_inferiority"], not_better), "harm": one_sided["harm"]}


def _beyond(metric: Metric, bet: LabelBet, cells: Array, rho: list[float], side: int, edge: int) -> Array:
    """For an effect on that side of a margin; `edge` says on which side of zero the margin lies."""
    margin = metric.spec.margin
    if margin is not None and margin.relative is not None:
        return bet.log_wealth_relative(cells, rho, side, edge * margin.relative)
    return bet.log_wealth(cells, rho, side, edge * float(margin.absolute or 0) if margin else 0.0)


def show(x: Experiment, m: int, variant: int, looks: Matrix) -> Shown:
    """Estimate and intervals of the matured reading at one look (a matrix of one row)."""
    metric, rho = x.metrics[m], sizes.rho(x, variant)
    cells, level = _cells(x, m, variant, looks, early=False)[0], sizes.alpha(x, metric)
    bet = _bet(metric)
    n = np.stack([cells[:, 1] + cells[:, 3], cells[:, 0] + cells[:, 2]], axis=-1)
    converted = cells[:, [1, 0]]
    z, p = two_proportion_z(n.sum(axis=0), converted.sum(axis=0))
    rates = phase_shares(n, rho) @ (converted / np.maximum(n, 1))
    return Shown(
        estimate=number(rates[1] - rates[0]),
        interval=pair(bet.difference_interval(cells, rho, level)),
        relative=number(rates[1] / rates[0] - 1) if rates[0] > 0 else None,
        relative_interval=pair(bet.relative_interval(cells, rho, level)),
        fixed_sample=(number(z), number(p)),
    )


def _bet(metric: Metric) -> LabelBet:
    return LabelBet(sizes.relative(metric.spec.mde, metric), metric.baseline)


def _cells(x: Experiment, m: int, variant: int, looks: Matrix, *, early: bool) -> Array:
    """(looks, phases, 4): treated converters, control converters, treated others, control others."""
    block, arms = x.layout.metrics[m], [variant, x.control]
    yes = floats(block.field(looks, "converted_now" if early else "matured_converted"))[..., arms]
    other = floats(block.field(looks, "expired" if early else "matured"))[..., arms]
    return np.concatenate([yes, other if early else other - yes], axis=-1)
