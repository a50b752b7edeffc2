"""A regression from its normal equations, and its mixture as that of noncentral t densities; one phase."""

from tests.golden.plain.mixtures import REACH, exact, mp

COEFFICIENTS = 3


def anytime_regression(phases, side, border, units, alpha):
    ((_, control, treated),) = phases
    coefficient, noise2, information = fitted(control, treated)
    freedom = control["n"] + treated["n"] - COEFFICIENTS
    t = side * (coefficient - mp.mpf(border)) / mp.sqrt(noise2 / information)
    return noncentral(t, freedom, information / (best_prior(units, alpha) / 4))


def fitted(control, treated):
    """The treatment's coefficient, the noise's variance, and the information: noise over the coefficient's variance."""

    def both(name):
        return exact(control[name]) + exact(treated[name])

    n, n_t, x, x_t, y = both("n"), exact(treated["n"]), both("x_sum"), exact(treated["x_sum"]), both("sum")
    products = mp.matrix([[n, n_t, x], [n_t, n_t, x_t], [x, x_t, both("x_squares")]])
    right = mp.matrix([y, exact(treated["sum"]), both("products")])
    inverse = products**-1
    solved = inverse * right
    left = both("squares") - (solved.T * right)[0]
    return solved[1], left / (n - COEFFICIENTS), 1 / inverse[1, 1]


def noncentral(t, freedom, spread2):
    """Log of the mean of t's density over effects from half a normal prior, over its density without one.

    The density of t at effect m is proportional to the integral over y > 0 of y^nu exp(-(y^2 + m^2) / 2 + m a y), where
    a = t / sqrt(nu + t^2): y is the noise's size. So the mean over m, in standard errors, is taken within that over y.
    """
    a, peak = t / mp.sqrt(freedom + t**2), mp.sqrt(freedom)

    def height(y):
        return freedom * mp.log(y) - y**2 / 2

    def weight(y):
        return mp.exp(height(y) - height(peak))

    ends = [max(mp.mpf(0), peak + k) for k in range(-REACH, REACH + 1, 2)]
    with_effect = mp.quad(lambda y: weight(y) * effects(a * y, spread2), ends)
    return float(mp.log(with_effect / mp.quad(weight, ends)))


def effects(s, spread2):
    """Integral of exp(m s - m^2 / 2) over the doubled half of a normal prior of m: the closed form."""
    precision = 1 / spread2
    drift = s / mp.sqrt(1 + precision)
    return 2 * mp.ncdf(drift) * mp.sqrt(precision / (1 + precision)) * mp.exp(drift**2 / 2)


def best_prior(units, alpha):
    """The g whose interval is the narrowest at that many units, by looking for it."""
    freedom = units - COEFFICIENTS

    def width(log_g):
        g = mp.exp(log_g)
        r = g / (g + units)
        w = (r * mp.mpf(alpha) ** 2) ** (1 / mp.mpf(freedom + 1))
        return (1 - w) / (w - r)

    return mp.exp(mp.findroot(lambda log_g: mp.diff(width, log_g), mp.log(mp.mpf(units) / 8)))
