import numpy as np
import pytest

from stats.adjusted import adjusted, adjusted_log_ratio
from tests.stats.units import totals_of

SHARE = np.array([0.3, 0.7])


def experiment():
    rng = np.random.default_rng(1)
    phase = np.array([0, 1])
    label = (rng.random((2, 60)) < np.array([[0.2], [0.5]])).astype(int)
    x = rng.poisson(10 + 10 * phase[:, None], label.shape)
    return label, 2 * x + 9 * label + rng.poisson(8, label.shape), x, phase


LABEL, Y, X, PHASE = experiment()
TOTALS = {name: total[-1] for name, total in totals_of(LABEL, Y, X, PHASE).items()}


def means(weight, slope):
    """Adjusted means (2,), each unit with its weight in the mean of its arm and phase; the phases' sizes are fixed."""
    found = np.zeros(2)
    for phase, share in enumerate(SHARE):
        treated = LABEL[phase] == 1
        y, x = (
            np.array([np.average(values[phase][arm], weights=weight[phase][arm]) for arm in (~treated, treated)])
            for values in (Y, X)
        )
        common = treated.mean() * x[1] + (1 - treated.mean()) * x[0]
        found += share * (y - slope * (x - common))
    return found


def jackknife(statistic):
    """Variance from how much the weight of each unit moves a statistic (the infinitesimal jackknife)."""
    total, ones = 0.0, np.ones(LABEL.shape)
    for phase, unit in np.ndindex(LABEL.shape):
        size = (LABEL[phase] == LABEL[phase, unit]).sum()
        heavier, lighter = ones.copy(), ones.copy()
        heavier[phase, unit], lighter[phase, unit] = 1 + 1e-4, 1 - 1e-4
        influence = (statistic(heavier) - statistic(lighter)) / 2e-4
        total += influence**2 * size / (size - 1)
    return total


@pytest.mark.parametrize("slope", [0.0, 2.0, -1.0])
def test_the_arms_are_those_of_the_units_adjusted_one_by_one(slope):
    arms = adjusted(TOTALS, SHARE, np.array(slope), 1)
    assert arms.means == pytest.approx(means(np.ones(LABEL.shape), slope), rel=1e-12)
    assert arms.difference()[1] == pytest.approx(jackknife(lambda w: np.diff(means(w, slope)).item()), rel=1e-6)


@pytest.mark.parametrize("slope", [0.0, 2.0, -1.0])
def test_the_ratio_varies_as_its_units_do_the_common_mean_of_the_covariate_included(slope):
    ratio, variance = adjusted_log_ratio(TOTALS, SHARE, np.array(slope), 1)
    assert ratio == pytest.approx(np.diff(np.log(means(np.ones(LABEL.shape), slope))).item(), rel=1e-12)
    assert variance == pytest.approx(jackknife(lambda w: np.diff(np.log(means(w, slope))).item()), rel=1e-6)


def test_amounts_in_integers_of_a_thousandth_come_back_in_units():
    arms, one = adjusted(TOTALS, SHARE, np.array(2.0), 1000), adjusted(TOTALS, SHARE, np.array(2.0), 1)
    assert arms.means == pytest.approx(one.means / 1e3)
    assert arms.errors == pytest.approx(one.errors / 1e6)


def test_a_mean_that_is_not_positive_has_no_logarithm():
    totals = {**TOTALS, "sum": -TOTALS["sum"], "products": -TOTALS["products"]}
    assert np.isnan(adjusted_log_ratio(totals, SHARE, np.array(2.0), 1)).all()
