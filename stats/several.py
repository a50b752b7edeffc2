"""Several designs of one test, asked at once: the price of a question is that of a call, hardly of an experiment.

Formulas broadcast, so the numbers of a design may as well be arrays, with an axis for the designs. Each answer is, bit
by bit, what the test of that design alone would say.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals

ALONG = (-1, 1, 1)  # designs stand before looks and treatments


def likeness(test: SequentialTest) -> Hashable:
    """What tests that are asked at once have in common."""
    design = test.design
    if design is None:
        return type(test)
    return type(test), design.mde.relative, design.baseline is None, design.theta is None, design.scale


class Several:
    """Tests of one likeness. Totals are (..., designs, looks, treatments, phases, 2); answers lack the last two axes.

    Args:
        tests: one for each design.
        rho: (designs, treatments, phases) probability of the treatment among itself and the control, at exposure.
    """

    def __init__(self, tests: Sequence[SequentialTest], rho: Array) -> None:
        self._test = _together(tuple(tests))
        self._rho = rho[:, None]

    def log_e(self, totals: Totals, sides: ArrayLike, borders: ArrayLike, *, relative: bool) -> Array:
        """(claims, ..., designs, looks, treatments) log evidence for effects on (claims, designs) sides of borders."""
        size = np.asarray(borders, dtype=np.float64)
        lead = (len(size), *(1,) * (next(iter(totals.values())).ndim - 5), -1, 1, 1)
        beyond = Effect(size.reshape(lead), relative) if size.any() else NO_EFFECT  # type: ignore[arg-type]
        return np.asarray(self._test.log_e(totals, self._rho, np.reshape(sides, lead), beyond))

    def estimate(self, totals: Totals, *, relative: bool) -> Array:
        """The effects."""
        return np.asarray(self._test.estimate(totals, self._rho, relative=relative))

    def interval(self, totals: Totals, alpha: ArrayLike, *, relative: bool) -> Interval:
        """Their bounds, at (designs,) levels."""
        lower, upper = self._test.interval(totals, self._rho, np.reshape(alpha, ALONG), relative=relative)
        return lower, upper


@lru_cache(maxsize=2**10)
def _together(tests: tuple[SequentialTest, ...]) -> Any:
    """One test that stands for all of them; often the same few are asked again and again."""
    designs = [test.design for test in tests if test.design is not None]
    return type(tests[0])(_stacked(designs)) if designs else _OneByOne(tests)


def _stacked(designs: Sequence[Design]) -> Design:
    """One design with arrays for numbers."""

    def column(values: Sequence[Any]) -> Any:
        return None if values[0] is None else np.reshape(values, ALONG)

    return replace(
        designs[0],
        mde=Effect(column([one.mde.size for one in designs]), designs[0].mde.relative),
        **{name: column([getattr(one, name) for one in designs]) for name in ("baseline", "theta", "alpha")},
    )


class _OneByOne:
    """Tests that take no arrays for the numbers of their designs."""

    def __init__(self, tests: Sequence[SequentialTest]) -> None:
        self._tests = tests

    def log_e(self, totals: Totals, rho: Array, sides: Array, beyond: Effect) -> Array:
        """Of each test and claim."""
        side = sides.reshape(len(sides), -1)
        size = np.broadcast_to(beyond.size, sides.shape).reshape(side.shape)

        def ask(i: int, told: Totals, odds: Rho) -> list[Array]:
            claims = [(int(a), Effect(float(b), beyond.relative)) for a, b in zip(side[:, i], size[:, i], strict=True)]
            return [self._tests[i].log_e(told, odds, *claim) for claim in claims]

        return self._each(totals, rho, ask)

    def estimate(self, totals: Totals, rho: Array, *, relative: bool) -> Array:
        """Of each test."""
        return self._each(totals, rho, lambda i, told, odds: self._tests[i].estimate(told, odds, relative=relative))

    def interval(self, totals: Totals, rho: Array, alpha: Array, *, relative: bool) -> Array:
        """Of each test: lower and upper bounds."""

        def ask(i: int, told: Totals, odds: Rho) -> Interval:
            return self._tests[i].interval(told, odds, float(alpha.flat[i]), relative=relative)

        return self._each(totals, rho, ask)

    def _each(self, totals: Totals, rho: Array, ask: Callable[[int, Totals, Rho], Any]) -> Array:
        """Design by design, and treatment by treatment, as each has a rho."""
        odds = rho[:, 0].tolist()
        told = [[ask(i, _part(totals, i, v), one) for v, one in enumerate(mine)] for i, mine in enumerate(odds)]
        return np.moveaxis(np.array(told), (0, 1), (-3, -1))


def _part(totals: Totals, design: int, treatment: int) -> Totals:
    return {name: cells[..., design, :, treatment, :, :] for name, cells in totals.items()}
