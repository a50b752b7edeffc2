"""Half of the evidence of two arms, against the integral it is, in 40 digits."""

import mpmath as mp
import numpy as np
import pytest

from stats.beta_sides import log_evidence_above


def integral(k, j, theta, size):
    """The likelihood ratio averaged over the beta prior beyond theta."""
    with mp.workdps(40):
        theta, size = mp.mpf(theta), mp.mpf(size)
        a, b = size * theta, size * (1 - theta)
        posterior, prior = (mp.betainc(q, p, 0, 1 - theta) for p, q in ((a + k, b + j), (a, b)))
        return float(mp.log(posterior) - mp.log(prior) - k * mp.log(theta) - j * mp.log(1 - theta))


@pytest.mark.parametrize(
    ("k", "j", "theta", "size"),
    [
        (0, 0, 0.5, 400),
        (7, 0, 0.3, 10),
        (0, 7, 0.3, 10),
        (30, 20, 0.5, 400),
        (500, 700, 0.9, 1_000),
        (1_000, 4_000, 0.5, 400),
        (0, 20_000, 0.5, 400),
        (20_000, 0, 0.5, 400),
        (3, 900, 0.99, 0.16),
    ],
)
def test_it_is_the_likelihood_ratio_averaged_over_the_prior_above(k, j, theta, size):
    actual = log_evidence_above(np.array(k), np.array(j), np.array(theta), np.array(size))
    assert actual == pytest.approx(integral(k, j, theta, size), rel=1e-11, abs=1e-10)


def test_where_the_tail_vanishes_the_evidence_goes_on_without_a_step():
    control = np.arange(2_800, 3_400)
    log_e = log_evidence_above(np.array(1_000), control, np.array(0.5), np.array(400.0))
    steps = np.diff(log_e)
    assert np.all(steps < 0)
    assert np.abs(np.diff(steps)).max() < 1e-5


@pytest.mark.parametrize("treated", [0, 10**8, 499_990_000, 500_010_000, 10**9])
@pytest.mark.parametrize("theta", [0.5, 0.01, 0.99])
def test_a_billion_labels_give_finite_evidence(treated, theta):
    log_e = log_evidence_above(np.array(treated), np.array(10**9 - treated), np.array(theta), np.array(400.0))
    assert np.isfinite(log_e)
    assert (log_e > 0) == (treated / 10**9 > theta + 1e-4)
