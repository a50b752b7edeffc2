"""The peers' jobs done by this project: at each look for all experiments, for all looks at once, or one by one."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from benchmarks.statistics.streams import ALPHA, CONCENTRATION, TUNING, WEIGHTS, Stream
from stats.evidence import p_always_valid
from stats.moments import moments
from stats.sequential import asymptotic_cs
from stats.sequential.multinomial import log_bayes_factor, log_rate_ratio_interval

Judge = Callable[..., np.ndarray]


class Job(NamedTuple):
    """`judge` takes arrays of (..., arms) and answers (...,) or (..., answers)."""

    judge: Judge
    inputs: Callable[[Stream], tuple[np.ndarray, ...]]  # (experiments, looks, arms) each


def split(counts: np.ndarray) -> np.ndarray:
    return log_bayes_factor(counts, WEIGHTS, CONCENTRATION)


def rate_ratio(counts: np.ndarray) -> np.ndarray:
    split(counts)
    return np.stack(log_rate_ratio_interval(counts, WEIGHTS, CONCENTRATION, ALPHA), axis=-1)


def means(n: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """p and both ends of the interval, in the published form, from integer sums."""
    mean, variance = moments(n, total, squares)
    units, estimate = n.sum(axis=-1), mean[..., 1] - mean[..., 0]
    error, rho2 = np.sqrt((variance / n).sum(axis=-1)), asymptotic_cs.approximate_rho2(TUNING, ALPHA)
    p = p_always_valid(asymptotic_cs.log_e(units, estimate / error, rho2))
    half = asymptotic_cs.half_width(units, error, rho2, ALPHA)
    return np.stack([p, estimate - half, estimate + half], axis=-1)


JOBS = {
    "split": Job(split, lambda stream: (stream.n,)),
    "rate ratio": Job(rate_ratio, lambda stream: (stream.n,)),
    "means": Job(means, lambda stream: (stream.n, stream.total, stream.squares)),
}


def at_each_look(job: Job, stream: Stream) -> object:
    return _each(job, ([array[:, look] for array in job.inputs(stream)] for look in range(stream.n.shape[1])))


def all_at_once(job: Job, stream: Stream) -> object:
    return job.judge(*job.inputs(stream))


def one_by_one(job: Job, stream: Stream) -> object:
    return _each(job, ([array[at] for array in job.inputs(stream)] for at in np.ndindex(stream.n.shape[:2])))


def _each(job: Job, inputs: Iterable[list[np.ndarray]]) -> object:
    return [job.judge(*arrays) for arrays in inputs]


FORMS = {
    "all experiments, at each look": at_each_look,
    "all experiments and looks in one call": all_at_once,
    "one experiment and look a call": one_by_one,
}
