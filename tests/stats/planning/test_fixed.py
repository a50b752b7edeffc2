"""The sample size of a classical comparison: textbook values, mpmath, and its own power."""

import mpmath
import pytest

from stats.planning.fixed import noise_of_means, noise_of_rates, power, units

DESIGNS = [(0.1, 0.11, 0.5), (0.02, 0.024, 0.3), (0.4, 0.38, 0.9)]


@pytest.mark.parametrize(
    ("control", "treated", "alpha", "beta", "per_arm"),
    [(0.1, 0.11, 0.05, 0.2, 14_751), (0.65, 0.85, 0.05, 0.2, 73), (0.25, 0.4, 0.05, 0.1, 203)],
)
def test_units_for_two_rates_are_those_of_the_tables(control, treated, alpha, beta, per_arm):
    """Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, without continuity correction."""
    noise = noise_of_rates(control, treated, 0.5)
    assert -(-units(treated - control, noise, alpha, beta) // 2) == per_arm


def test_units_for_two_means_half_a_deviation_apart():
    assert units(0.5, noise_of_means(1, 0.5), 0.05, 0.2) / 2 == pytest.approx(62.79, abs=0.01)


@pytest.mark.parametrize(("control", "treated", "rho"), DESIGNS)
def test_units_agree_with_many_digits(control, treated, rho):
    with mpmath.workdps(40):
        p, q, r = map(mpmath.mpf, (str(control), str(treated), str(rho)))
        pooled = (1 - r) * p + r * q
        null = mpmath.sqrt(pooled * (1 - pooled) * (1 / r + 1 / (1 - r)))
        truth = mpmath.sqrt(p * (1 - p) / (1 - r) + q * (1 - q) / r)
        quantile = [mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(level) - 1) for level in ("0.975", "0.8")]
        expected = float(((quantile[0] * null + quantile[1] * truth) / (q - p)) ** 2)
    assert units(treated - control, noise_of_rates(control, treated, rho), 0.05, 0.2) == pytest.approx(
        expected, rel=1e-12
    )


@pytest.mark.parametrize(("control", "treated", "rho"), DESIGNS)
@pytest.mark.parametrize("beta", [0.05, 0.2, 0.5])
def test_with_those_units_the_power_is_what_was_asked_for(control, treated, rho, beta):
    noise, effect = noise_of_rates(control, treated, rho), treated - control
    assert power(effect, noise, 0.05, units(effect, noise, 0.05, beta)) == pytest.approx(1 - beta, abs=1e-12)


def test_without_units_or_effect_only_a_false_alarm_is_left():
    noise = noise_of_means(2, 0.5)
    assert power(1, noise, 0.05, 0) == power(0, noise, 0.05, 1_000) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: noise_of_rates(0, 0.1, 0.5), r"control must be in \(0, 1\), got 0"),
        (lambda: noise_of_rates(0.1, 1, 0.5), r"treated must be in \(0, 1\), got 1"),
        (lambda: noise_of_rates(0.1, 0.2, 1), r"rho must be in \(0, 1\), got 1"),
        (lambda: noise_of_means(0, 0.5), r"sd must be in \(0, inf\), got 0"),
        (lambda: noise_of_means(1, 0), r"rho must be in \(0, 1\), got 0"),
        (lambda: units(0, noise_of_means(1, 0.5), 0.05, 0.2), r"abs\(effect\) must be in \(0, inf\), got 0"),
        (lambda: units(1, noise_of_means(1, 0.5), 0.3, 0.2), r"alpha must be in \(0, 0.2\], got 0.3"),
        (lambda: units(1, noise_of_means(1, 0.5), 0.05, 0), r"beta must be in \(0, 1\), got 0"),
        (lambda: power(1, noise_of_means(1, 0.5), 0.05, -1), r"n must be counts in \[0, inf\), got -1"),
    ],
)
def test_an_impossible_design_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
