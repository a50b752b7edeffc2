"""The planned test, looked at without a plan: at every conversion it rejects a true null no more often than alpha."""

import numpy as np
import pytest
from scipy import stats as sps

from stats.boundaries.group_sequential import crossing_probability
from stats.sequential.base import Design, Effect, Horizon, registry
from stats.sequential.group_sequential import LATEST, boundary
from tests.stats.sequential.worlds import limit

ALPHA = 0.05
THRESHOLD = np.log(2 / ALPHA)
GroupSequential = registry()["yes_no", "group_sequential"]


def made(conversions, *spending, alpha=ALPHA):
    horizon = Horizon(conversions, *spending)
    return GroupSequential(Design(Effect(0.1, relative=True), 0.1, alpha=alpha, horizon=horizon))


def at_every_conversion(seed, runs, conversions, rho, rate=0.1):
    """Totals, each (conversions, runs, 1, 2), after each conversion and the others that came before it."""
    rng = np.random.default_rng(seed)
    labels = rng.random((conversions, runs)) < rho
    others = rng.geometric(rate, (conversions, runs)) - 1
    treated = rng.binomial(others, rho)
    converted = np.stack([~labels, labels], axis=-1).cumsum(axis=0)
    n = converted + np.stack([others - treated, treated], axis=-1).cumsum(axis=0)
    return {"n": n[:, :, None], "converted": converted[:, :, None]}


@pytest.mark.parametrize("spending", [("obrien_fleming",), ("pocock",), ("hwang_shih_decani", -4.0)])
def test_looks_at_every_conversion_keep_the_promise(spending):
    totals, runs = at_every_conversion(1, 1_000, 600, 0.5), 1_000
    halves = [made(600, *spending).log_e(totals, [0.5], side).max(axis=0) for side in (1, -1)]
    rejections = (np.maximum(*halves) >= THRESHOLD).sum()
    assert sps.binom.ppf(0.001, runs, 0.02) <= rejections <= limit(runs)


def totals_of(difference, units=4_000, rate=0.1):
    converted = np.array([[rate * units, (rate + difference) * units]])
    return {"n": np.full((1, 2), units), "converted": converted}


def z_of(difference, units=4_000, rate=0.1):
    rates = np.array([rate, rate + difference])
    return difference / np.sqrt((rates * (1 - rates)).sum() / (units - 1))


@pytest.mark.parametrize("difference", [-0.03, -0.015, 0.001, 0.0145, 0.015, 0.0155, 0.03])
def test_it_rejects_on_the_side_where_z_is_at_the_boundary(difference):
    test, totals = made(1_200), totals_of(difference)
    stop = boundary(ALPHA, test.horizon, totals["converted"].sum(axis=(-2, -1)) / 1_200)
    for side in (1, -1):
        z = side * z_of(difference)
        log_e = test.log_e(totals, [0.5], side)
        assert log_e == pytest.approx(THRESHOLD + sps.norm.logsf(stop) - sps.norm.logsf(z), rel=1e-9)
        assert (log_e >= THRESHOLD) == (z >= stop)


@pytest.mark.parametrize("spending", [("obrien_fleming",), ("pocock",), ("power", 2.0)])
def test_between_the_looks_of_its_grid_no_more_is_spent_than_was_planned(spending):
    closer = np.linspace(0, 1, 601)[3:]
    stopped = crossing_probability(closer, boundary(ALPHA, Horizon(1_000, *spending), LATEST * closer), 2)[-1]
    assert 0.85 * ALPHA < stopped <= ALPHA


def test_before_the_first_of_the_grid_and_after_the_end_nothing_is_excluded():
    stops = boundary(ALPHA, Horizon(1_000, "pocock"), np.array([0.001, 0.01, 1.0, LATEST, 1.11]))
    assert np.isinf(stops).tolist() == [True, False, False, False, True]


def test_beyond_the_end_there_is_no_evidence_but_still_an_interval():
    test, totals = made(700), totals_of(0.03)
    assert test.log_e(totals, [0.5], 1) == 0
    assert np.isfinite(test.interval(totals, [0.5], ALPHA)).all()


def test_a_conversion_counts_by_what_its_phase_tells():
    ramped = {name: np.array([[0, 0], [cells[0, 0], cells[0, 1]]]) for name, cells in totals_of(0.02).items()}
    alone, other = made(1_200), made(1_200)
    assert other.log_e(ramped, [0.1, 0.5], 1) == alone.log_e(totals_of(0.02), [0.5], 1)
    converted = {"n": np.array([[4_000, 400], [0, 0]]), "converted": np.array([[400, 200], [0, 0]])}
    stop = boundary(ALPHA, other.horizon, np.array(600 * 0.09 / 0.25 / 1_200))
    z = 0.4 / np.sqrt(0.1 * 0.9 / 3_999 + 0.25 / 399)
    expected = THRESHOLD + sps.norm.logsf(stop) - sps.norm.logsf(z)
    assert other.log_e(converted, [0.1, 0.5], 1) == pytest.approx(expected)


def ramped(seed, runs, first, second):
    """(looks, runs, phases, 2) totals: a tenth is treated until so many have converted, then half."""
    before, after = at_every_conversion(seed, runs, first, 0.1), at_every_conversion(seed + 1, runs, second, 0.5)
    return {
        name: np.concatenate(
            [
                np.concatenate([before[name], np.repeat(before[name][-1:], second, axis=0)]),
                np.concatenate([np.zeros_like(before[name]), after[name]]),
            ],
            axis=2,
        )
        for name in before
    }


def test_a_ramp_keeps_the_promise():
    runs, test = 600, made(600 * 0.09 / 0.25 + 900)
    halves = [test.log_e(ramped(3, runs, 600, 900), [0.1, 0.5], side).max(axis=0) for side in (1, -1)]
    rejections = (np.maximum(*halves) >= THRESHOLD).sum()
    assert sps.binom.ppf(0.001, runs, 0.02) <= rejections <= limit(runs)


def test_a_boundary_with_nothing_to_spend_yet_is_out_of_reach():
    assert boundary(1e-6, Horizon(1_000), np.array([0.006])) == np.inf
    assert np.isfinite(boundary(1e-6, Horizon(1_000), np.array([0.5])))


def test_below_the_gate_nothing_is_known():
    test, few = made(100), {"n": np.full((1, 2), 1_000), "converted": np.array([[120, 49]])}
    assert test.log_e(few, [0.5], -1) == 0
    assert np.isnan(test.interval(few, [0.5], ALPHA)).all()


def test_the_interval_is_as_many_errors_wide_as_the_boundary_of_its_level_is_high():
    test, totals = made(1_200), totals_of(0.01)
    for alpha in (0.05, 0.01):
        lower, upper = test.interval(totals, [0.5], alpha)
        stop = boundary(alpha, test.horizon, totals["converted"].sum(axis=(-2, -1)) / 1_200)
        assert (upper - lower) / 2 == pytest.approx(stop * 0.01 / z_of(0.01), rel=1e-9)
        assert (upper + lower) / 2 == pytest.approx(0.01)
    lower, upper = test.interval(totals, [0.5], 0.05, relative=True)
    assert np.log1p([lower, upper]).mean() == pytest.approx(np.log(1.1))
    assert [test.estimate(totals, [0.5], relative=kind) for kind in (False, True)] == pytest.approx([0.01, 0.1])


@pytest.mark.parametrize(
    ("horizon", "message"),
    [
        (None, "horizon must be declared"),
        (Horizon(0), "horizon must be in"),
        (Horizon(100, "all_at_once"), "spending must be one of"),
        (Horizon(100, "power"), "parameter must be a number"),
    ],
)
def test_an_impossible_plan_is_refused(horizon, message):
    with pytest.raises(ValueError, match=message):
        GroupSequential(Design(Effect(0.1, relative=True), horizon=horizon))
