"""The cells of every experiment, as far as one partition adds to them."""

from collections.abc import Sequence

from streams.core.definition import Experiment
from streams.core.memory import Added


class Ledger:
    """Cells, and whose have changed.

    Attributes:
        cells: by number of the experiment.
        changed: numbers of the experiments whose cells changed; whoever tells them empties it.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.cells = [[0] * x.layout.size for x in experiments]
        self.changed = set(range(len(experiments)))

    def count(self, number: int, place: int, amount: int) -> None:
        """Add to a cell."""
        self.cells[number][place] += amount
        self.changed.add(number)

    def add(self, number: int, added: Added, times: int = 1) -> None:
        """Add what so many units add alike."""
        cells = self.cells[number]
        for first, amounts in added:
            for place, amount in enumerate(amounts, first):
                cells[place] += amount * times
            self.changed.add(number)
