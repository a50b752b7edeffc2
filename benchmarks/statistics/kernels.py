"""How long the kernels take on one core, beside what is asked of them: python -m benchmarks.statistics.kernels."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from benchmarks.statistics.measure import REPEATS, measure, on_one_core, surroundings, table
from stats.evidence import two_sided
from stats.sequential import asymptotic_cs, msprt
from stats.sequential.base import Design, Effect, registry
from stats.sequential.bounded_bet import BoundedBet
from stats.sequential.label_bet import LabelBet
from stats.sequential.multinomial import srm
from stats.strata import stratified

RHO = (0.5,)
SEED = 20_240_501


class Kernel(NamedTuple):
    """A job over many contrasts at once; `limit` is in milliseconds, or None where nothing is asked."""

    contrasts: int
    limit: float | None
    job: Callable[[int], Callable[[], object]]


def label_bet(contrasts: int) -> Callable[[], object]:
    bet, cells = LabelBet(mde=0.05, baseline=0.1), _cells(contrasts)
    return lambda: two_sided(bet.log_wealth(cells, RHO, 1), bet.log_wealth(cells, RHO, -1))


def label_bet_interval(contrasts: int) -> Callable[[], object]:
    bet, cells = LabelBet(mde=0.05, baseline=0.1), _cells(contrasts)
    return lambda: bet.difference_interval(cells, RHO, alpha=0.05)


def published_evidence(contrasts: int) -> Callable[[], object]:
    n, z, _ = _statistics(contrasts)
    return lambda: asymptotic_cs.log_e(n, z, rho2=1e-4)


def mixture_evidence(contrasts: int) -> Callable[[], object]:
    _, z, variance = _statistics(contrasts)
    estimate = z * np.sqrt(variance)
    return lambda: (msprt.log_e(estimate, variance, tau2=1e-4), msprt.half_width(variance, tau2=1e-4, alpha=0.05))


def stratified_evidence(contrasts: int) -> Callable[[], object]:
    rng = np.random.default_rng(SEED)
    n, mean = rng.integers(1_000, 100_000, (contrasts, 1, 2)), rng.normal(10, 0.01, (contrasts, 1, 2))
    variance = np.full(n.shape, 4.0)
    return lambda: msprt.log_e(*stratified(n, mean, variance, RHO), tau2=1e-4)


def bounded_bet(contrasts: int) -> Callable[[], object]:
    n, converted = _units(contrasts)
    return lambda: BoundedBet(cap=1.0).log_wealth(n, converted, converted, RHO)


def whole_label_bet(contrasts: int) -> Callable[[], object]:
    """Evidence of both sides as the engine asks for it: from integers of any size."""
    n, converted = (array.astype(object) for array in _units(contrasts))
    test = registry()["yes_no", "label_bet"](Design(Effect(0.05, relative=True), baseline=0.1))
    return lambda: [test.log_e({"n": n, "converted": converted}, RHO, side) for side in (1, -1)]


def whole_asymptotic_cs(contrasts: int) -> Callable[[], object]:
    n, total = (array.astype(object) for array in _units(contrasts))
    test = registry()["amount", "asymptotic_cs"](Design(Effect(0.05, relative=True), baseline=0.1, scale=10**6))
    totals = {"n": n, "nonzero": total, "sum": total * 10**6, "squares": total * 10**12}
    return lambda: [test.log_e(totals, RHO, side) for side in (1, -1)]


def split(contrasts: int) -> Callable[[], object]:
    n, _ = _units(contrasts)
    return lambda: srm(n, [[0.5, 0.5]], 1_000)


KERNELS: Mapping[str, Kernel] = {
    "label_bet, 140 nodes (two-sided, with a baseline)": Kernel(6_000, 30, label_bet),
    "label_bet, intervals of the difference": Kernel(200, None, label_bet_interval),
    "asymptotic_cs, from n and z": Kernel(20_000, 5, published_evidence),
    "asymptotic_cs, from moments of one phase": Kernel(20_000, 5, stratified_evidence),
    "msprt, evidence and half-width": Kernel(20_000, 5, mixture_evidence),
    "bounded_bet, from exact integers": Kernel(200, None, bounded_bet),
    "label_bet, the whole test from exact integers": Kernel(6_000, None, whole_label_bet),
    "asymptotic_cs, the whole test from exact integers": Kernel(6_000, None, whole_asymptotic_cs),
    "srm, two arms": Kernel(6_000, None, split),
}


def timings(share: float = 1.0, repeats: int = REPEATS) -> str:
    """A table of every kernel, on this share of its contrasts."""
    on_one_core()
    rows = []
    for name, kernel in KERNELS.items():
        contrasts = max(1, round(share * kernel.contrasts))
        timing = measure(kernel.job(contrasts), repeats)
        each = f"{timing.median / contrasts * 1e6:.2g}"
        rows.append((name, str(contrasts), timing.milliseconds(), each, f"{kernel.limit or ''}"))
    header = ("kernel", "contrasts", "ms, median (quartiles)", "microseconds each", "at most, ms")
    return f"{table(header, rows)}\n\nMedian and quartiles of {repeats} repeats.\n"


def _units(contrasts: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(SEED)
    n = rng.integers(1_000, 100_000, (contrasts, 1, 2))
    return n, rng.binomial(n, 0.1)


def _cells(contrasts: int) -> np.ndarray:
    """Of treated and control converters, then treated and control others."""
    n, converted = _units(contrasts)
    return np.concatenate([converted, n - converted], axis=-1)


def _statistics(contrasts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(SEED)
    n = rng.integers(1_000, 100_000, contrasts)
    return n, rng.normal(size=contrasts), 4 / n


if __name__ == "__main__":
    print(f"{surroundings()}\n\n{timings()}")
