"""What is drawn has the laws it was declared to have, and effects differ in nothing but themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as sps

from stats.planning.fixed import noise_of_means, noise_of_rates
from stats.planning.population import MICRO, Population

LOOKS = np.array([100, 250, 1_000])
RATES = Population(0.1, 0.3)


@given(st.floats(0.01, 1e6), st.floats(0.01, 100), st.floats(0.01, 0.99))
def test_amounts_have_the_declared_mean_and_deviation(mean, variation, rho):
    sd = mean * variation
    population = Population.of_mean(mean, sd, rho)
    spread = population.size * np.sqrt(population.rate * (1 - population.rate))
    assert (population.mean, spread) == pytest.approx((mean, sd), rel=1e-6)


@pytest.mark.parametrize("effect", [-0.06, 0.0, 0.05])
def test_each_arm_converts_with_its_own_rate(effect):
    totals = RATES.draw(effect, LOOKS, 4_000, seed=1)
    n, x = (totals[name][:, -1, 0].astype(float) for name in ("n", "converted"))
    for arm, rate in enumerate((0.1, 0.1 + effect)):
        z = (x[:, arm] - n[:, arm] * rate) / np.sqrt(n[:, arm] * rate * (1 - rate))
        assert abs(z.mean()) < 4 / np.sqrt(len(z))
        assert sps.chi2(len(z)).cdf((z**2).sum()) == pytest.approx(0.5, abs=0.4999)


def test_units_fall_into_the_arms_by_rho_and_all_of_them_do():
    n = RATES.draw(0.01, LOOKS, 2_000, seed=2)["n"][:, :, 0]
    assert np.array_equal(n.sum(axis=-1), np.tile(LOOKS, (2_000, 1)))
    assert n[:, -1, 1].mean() == pytest.approx(300, abs=4 * np.sqrt(1_000 * 0.3 * 0.7 / 2_000))


def test_the_same_seed_gives_the_same_control_and_never_fewer_converters_to_a_larger_effect():
    none, some, fewer = (RATES.draw(effect, LOOKS, 50, seed=3) for effect in (0.0, 0.02, -0.02))
    for totals in (some, fewer):
        assert np.array_equal(none["n"], totals["n"])
        assert np.array_equal(none["converted"][..., 0], totals["converted"][..., 0])
    assert np.all(some["converted"] >= none["converted"])
    assert np.all(none["converted"] >= fewer["converted"])


def test_totals_are_integers_under_every_name_that_tests_know():
    totals = Population(0.5, 0.5, 1.5).draw(0.1, LOOKS, 3, seed=4)
    x = totals["converted"]
    assert all(cells.shape == (3, 3, 1, 2) and cells.dtype == object for cells in totals.values())
    assert np.array_equal(totals["sum"], x * 1_500_000)
    assert np.array_equal(totals["squares"], x * 1_500_000**2)
    assert np.array_equal(totals["nonzero"], x)
    assert (Population(0.5, 0.5, 1.5).scale, RATES.scale) == (MICRO, 1)
    assert np.array_equal(RATES.draw(0.1, LOOKS, 3, seed=4)["squares"], RATES.draw(0.1, LOOKS, 3, seed=4)["converted"])


def test_noise_is_that_of_the_classical_test():
    assert RATES.noise(0.05) == noise_of_rates(0.1, 0.15000000000000002, 0.3)
    assert Population.of_mean(4, 12, 0.5).noise(0.2) == pytest.approx(noise_of_means(12, 0.5))


def test_no_treatment_reaches_beyond_everybody_or_nobody():
    assert (RATES.largest(1), RATES.largest(-1)) == (0.9, 0.1)
    for effect in (0.9, -0.1, 2):
        with pytest.raises(ValueError, match=r"effect must be in \(-0.1, 0.9\), got"):
            RATES.treated(effect)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Population(0, 0.5), r"rate must be in \(0, 1\), got 0"),
        (lambda: Population(0.1, 1), r"rho must be in \(0, 1\), got 1"),
        (lambda: Population(0.1, 0.5, 0), r"amount must be in \(0, inf\), got 0"),
        (lambda: Population.of_mean(0, 1, 0.5), r"mean must be in \(0, inf\), got 0"),
        (lambda: Population.of_mean(1, -1, 0.5), r"sd must be in \(0, inf\), got -1"),
    ],
)
def test_an_impossible_population_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
