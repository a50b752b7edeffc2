import numpy as np
import pytest

from stats.regression import fit
from tests.stats.units import totals_of


def least_squares(label, y, x, phase):
    """The treatment's coefficient, its standard error, degrees of freedom, information and the slope, unit by unit."""
    design = np.column_stack([label, x, *(phase == one for one in np.unique(phase))]).astype(float)
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    freedom = y.size - design.shape[1]
    spread = np.linalg.inv(design.T @ design)[0, 0]
    noise = np.square(y - design @ coefficients).sum() / freedom
    return coefficients[0], np.sqrt(noise * spread), freedom, 1 / spread, coefficients[1]


def experiment(seed, shares, units=40):
    """One look for each phase, with the base rate and the covariate drifting."""
    rng = np.random.default_rng(seed)
    phase = np.arange(len(shares))
    label = rng.random((len(shares), units)) < np.array(shares)[:, None]
    x = rng.poisson(20 + 10 * phase[:, None], label.shape)
    return label.astype(int), 3 * x + 2 * label + 50 * phase[:, None] + rng.poisson(5, label.shape), x, phase


@pytest.mark.parametrize("shares", [[0.5], [0.1, 0.5], [0.2, 0.3, 0.9], [0.5, 0.0, 1.0]])
@pytest.mark.parametrize("scale", [1, 1000])
def test_the_regression_is_that_of_the_units_one_by_one(shares, scale):
    label, y, x, phase = experiment(1, shares)
    totals = {name: total[-1] for name, total in totals_of(label, y, x, phase).items()}
    units = label.ravel(), y.ravel() / scale, x.ravel() / scale, np.repeat(phase, label.shape[1])
    assert np.array(fit(totals, scale)) == pytest.approx(np.array(least_squares(*units)), rel=1e-9)


def test_many_contrasts_are_fitted_at_once_and_an_empty_phase_costs_nothing():
    label, y, x, phase = experiment(2, [0.3, 0.5])
    totals = totals_of(label, y, x, phase)
    first = {name: total[0, :1] for name, total in totals.items()}
    both = {name: total[1] for name, total in totals.items()}
    for at_once, alone in zip(fit(totals, 1), zip(fit(first, 1), fit(both, 1), strict=True), strict=True):
        assert at_once.tolist() == list(alone)


def test_no_digit_is_lost_where_huge_totals_cancel():
    label, y, x, phase = experiment(3, [0.5, 0.5])
    near = totals_of(label, y, x, phase)
    far = totals_of(label, *(values.astype(object) + 10**15 for values in (y, x)), phase)
    assert np.array(fit(far, 1))[:, -1].tolist() == np.array(fit(near, 1))[:, -1].tolist()


def test_a_covariate_that_never_varies_explains_nothing():
    label, y, _, phase = experiment(4, [0.5])
    totals = {name: total[-1] for name, total in totals_of(label, y, np.full_like(y, 7), phase).items()}
    found = fit(totals, 1)
    assert found.coefficient == pytest.approx(y[label == 1].mean() - y[label == 0].mean())
    assert found.slope == 0


@pytest.mark.parametrize("why", ["one arm", "nobody", "no noise", "three units"])
def test_where_the_noise_or_the_coefficient_is_unknown_there_is_no_standard_error(why):
    label, y, x, phase = experiment(5, [0.5])
    units = {"one arm": (0 * label, y, x), "no noise": (label, 2 * x, x)}
    some = {"nobody": 0, "three units": 3}.get(why, 40)
    totals = totals_of(*(values[:, :some] for values in units.get(why, (label, y, x))), phase)
    assert np.isnan(fit(totals, 1).standard_error).all()


def test_a_negative_number_of_units_is_refused():
    totals = totals_of(*experiment(6, [0.5]))
    with pytest.raises(ValueError, match=r"n must be counts in \[0, inf\)"):
        fit({**totals, "n": -totals["n"]}, 1)
