"""A wrong and a right way on the same data."""

from typing import NamedTuple

from streams.lab.calibration.harness import Rate

ALPHA = 0.05


class Pair(NamedTuple):
    """False alarms of both."""

    wrong: Rate
    right: Rate

    @property
    def sound(self) -> bool:
        """Whether the harness refuses the one and passes the other."""
        return self.right.keeps(ALPHA) and not self.wrong.keeps(ALPHA)
