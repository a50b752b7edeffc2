"""Mixtures as the integrals they are, by quadrature to 30 digits, and the estimates that go into them.

`phases` are (rho, control, treated), as for the bets.
"""

from fractions import Fraction

from mpmath import MPContext

mp = MPContext()  # of its own: others keep their precision
mp.dps = 30
REACH = 14  # standard deviations; 1e-43 lies beyond


def half_normal(s, v, precision):
    """Log of the integral of exp(lambda s - lambda^2 v / 2) over the positive half of a normal prior."""
    s, v, precision = mp.mpf(s), mp.mpf(v), mp.mpf(precision)
    sd = 1 / mp.sqrt(v + precision)
    mode = max(mp.mpf(0), s * sd**2)
    height = mode * s - mode**2 / sd**2 / 2
    ends = [max(mp.mpf(0), mode + k * sd) for k in range(-REACH, REACH + 1, 2)]
    area = mp.quad(lambda x: mp.exp(x * s - x**2 / sd**2 / 2 - height), sorted(set(ends)))
    return float(height + mp.log(2 * mp.sqrt(precision / (2 * mp.pi)) * area))


def multinomial(phases, side, lift, mde):
    """Treated converters k and others j: the beta prior with its mean at the border m is cut off there."""
    total = 0
    for m, treated, control in labels(phases, lift):
        p, k, j = (m, treated, control) if side == 1 else (1 - m, control, treated)
        size = 1 / (p * (1 - p) * mp.mpf(mde) ** 2)

        def share(won, lost):
            return mp.quad(lambda q: (q / p) ** won * ((1 - q) / (1 - p)) ** lost, mp.linspace(p, 1, 17))  # noqa: B023

        prior = size * p - 1, size * (1 - p) - 1
        total += mp.log(share(prior[0] + k, prior[1] + j) / share(*prior))
    return float(total)


def normal_mixture(phases, side, lift, mde):
    known = list(labels(phases, lift))
    excess = sum(treated - (treated + control) * m for m, treated, control in known)
    return half_normal(side * excess, sum(t + c for _, t, c in known) / mp.mpf(4), mp.mpf(mde) ** -2)


def labels(phases, lift):
    """The chance that a converter was treated, under a lift; treated and control converters."""
    for rho, control, treated in phases:
        odds = mp.mpf(rho) * (1 + mp.mpf(lift))
        yield odds / (odds + 1 - mp.mpf(rho)), treated["converted"], control["converted"]


def normal(estimate, variance, side, border, tau):
    """An estimate with its variance, the effect drawn from the prior's half beyond the border."""
    d, s2 = side * (mp.mpf(estimate) - mp.mpf(border)), mp.mpf(variance)
    return half_normal(d / s2, 1 / s2, mp.mpf(tau) ** -2)


def difference(phases, slope=0):
    """Of the means of y - slope x, and its variance."""
    estimate, variance = mp.mpf(0), mp.mpf(0)
    for w, control, treated in weighed(phases):
        (mean_c, error_c), (mean_t, error_t) = (residual(arm, mp.mpf(slope)) for arm in (control, treated))
        estimate, variance = estimate + w * (mean_t - mean_c), variance + w**2 * (error_t + error_c)
    return estimate, variance


def ratios(phases):
    """The difference of mean(Y) / mean(X), and its variance by the delta method."""
    found = []
    for arm in (1, 2):
        y, x = (sum(one[0] * exact(one[arm][name]) / one[arm]["n"] for one in weighed(phases)) for name in SUMS)
        errors = sum(one[0] ** 2 * residual(one[arm], y / x)[1] for one in weighed(phases))
        found.append((y / x, errors / x**2))
    return found[1][0] - found[0][0], found[0][1] + found[1][1]


SUMS = "sum", "x_sum"


def weighed(phases):
    sizes = [(c["n"] + t["n"]) * mp.mpf(rho) * (1 - mp.mpf(rho)) for rho, c, t in phases]
    return [(size / sum(sizes), c, t) for size, (_, c, t) in zip(sizes, phases, strict=True)]


def residual(arm, slope):
    """Mean of y - slope x and its squared standard error."""
    n, y, yy = arm["n"], exact(arm["sum"]), exact(arm["squares"])
    x, xx, xy = (exact(arm.get(name, 0)) for name in ("x_sum", "x_squares", "products"))
    total, squares = y - slope * x, yy - 2 * slope * xy + slope**2 * xx
    return total / n, (squares - total**2 / n) / (n - 1) / n


def exact(number):
    fraction = Fraction(number)
    return mp.mpf(fraction.numerator) / fraction.denominator
