"""What is measured of a method: how often it rejects, with an exact limit; and when it stops."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as sps
from scipy.special import ndtri

from stats.arrays import Array, Mask

CHANCE = 0.001  # of more rejections than the limit, though the method keeps its promise
Z = float(-ndtri(0.025))


def limit(runs: int, alpha: float) -> int:
    """Most rejections that a method with type I error alpha may show."""
    return int(sps.binom.isf(CHANCE, runs, alpha))


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the runs."""

    count: int
    runs: int

    @classmethod
    def of(cls, happened: ArrayLike) -> "Rate":
        """Count what happened."""
        return cls(int(np.sum(happened)), np.size(happened))

    @property
    def share(self) -> float:
        """Of the runs."""
        return self.count / self.runs

    def wilson(self) -> tuple[float, float]:
        """95 % interval of the probability (Wilson 1927)."""
        middle = self.count + Z**2 / 2
        spread = Z * sqrt(self.count * (1 - self.share) + Z**2 / 4)
        return (middle - spread) / (self.runs + Z**2), (middle + spread) / (self.runs + Z**2)

    def keeps(self, alpha: float) -> bool:
        """Whether the harness passes it as a type I error of at most alpha."""
        return self.count <= limit(self.runs, alpha)

    def __str__(self) -> str:
        low, high = self.wilson()
        return f"{self.share:.4f} [{low:.4f}, {high:.4f}]"


def path(looks: Iterable[ArrayLike]) -> Array:
    """Evidence look by look as (looks, ...)."""
    return np.stack([np.asarray(look, dtype=np.float64) for look in looks])


def first(reached: Mask) -> NDArray[np.intp]:
    """(...,) number of the first look that has reached, the number of looks where none has; of (looks, ...)."""
    return np.where(reached.any(axis=0), reached.argmax(axis=0), len(reached))


def rejections(evidence: ArrayLike, alpha: float) -> Rate:
    """Runs whose evidence (looks, runs) ever reaches 1/alpha."""
    return Rate.of((np.asarray(evidence) >= -np.log(alpha)).any(axis=0))
