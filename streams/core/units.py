"""All units of one source partition, and what they add to the cells of every experiment.

Most are plain: see `quiet` and `plain`. Of the others more has to be kept: see `awake`. Every unit begins plain, and
becomes so again when nothing special can matter any more.
"""

from collections.abc import Iterator, Sequence

from streams.core import pieces
from streams.core.awake import Awake
from streams.core.changes import Changes
from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.expiry import Expiry
from streams.core.kept import Kept
from streams.core.ledger import Ledger
from streams.core.maturing import Maturing
from streams.core.memory import NOBODY, Barred, Copy, Deed, Reversal, Unit
from streams.core.plain import Plain
from streams.core.quiet import Arm, Arms
from streams.core.seldom import Seldom
from streams.core.store import Store


class Units(Ledger):
    """Memory and cells of a partition.

    Attributes:
        plain: of units about which there is nothing special.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        super().__init__(experiments)
        horizon = 2 * max((x.lateness for x in experiments), default=0) + GLANCE_BACK
        self._units = Store()
        self._changes = Changes(self._units)
        self._arms = arms = Arms(experiments)
        self._maturing = Maturing(arms, self)
        kept = Kept(self._units, arms, self, self._maturing, self._changes, horizon)
        self._expiry = Expiry(experiments)
        self._expired = self._expiry.expired
        self.plain, self._awake = Plain(kept, self._expired), Awake(kept)
        self._seldom = Seldom(kept, self.plain)

    def __len__(self) -> int:
        return len(self._units)

    @property
    def deeds(self) -> list[list[Deed]]:
        """By experiment, what its units have done."""
        return [deeds.known for deeds in self._arms.deeds]

    def enter(self, key: int, arm: Arm, time: int, covariates: tuple[int, ...] = ()) -> None:
        """An exposure. The smallest (event time, variant) is the entry; the set of arms seen grows."""
        if self.plain.expose(arm.place) and (covariates or not self.plain.enter(key, arm.place, time)):
            self.enter_specially(key, arm, time, covariates)

    def enter_specially(self, key: int, arm: Arm, time: int, covariates: tuple[int, ...] = ()) -> None:
        """One that is not plain at first sight, and is told already."""
        if covariates or not self._seldom.enter(key, arm, time):
            self._awake.enter(key, arm, time, covariates)

    def convert(self, key: int, identity: int, time: int, event: str, value: int, barred: Barred) -> None:
        """Remember a copy of a conversion."""
        if barred or not self.plain.convert(key, identity, time, event, value):
            self.convert_specially(key, identity, time, event, value, barred)

    def convert_specially(
        self, key: int, identity: int, time: int, event: str, value: int, barred: Barred = NOBODY
    ) -> None:
        """One that is not plain."""
        self._awake.convert(key, Copy(identity, time, event, value, barred))

    def reverse(self, key: int, reversal: Reversal) -> None:
        """Remember a reversal."""
        self._awake.reverse(key, reversal)

    def settle(self, clock: int) -> None:
        """Count what happened, and what the clock has changed."""
        self.plain.tell()
        self._maturing.run(clock)
        self._awake.run(clock)
        self.plain.run(clock)
        for key in self._expiry.due(clock, self._units):
            state = self._units.get(key)
            if type(state) is Unit:
                self._awake.retire(key, state, self._expired)
            elif state is not None:
                self._seldom.retire(key, state, self._expired)

    def next_maturity(self) -> int | None:
        """The next instant at which the clock alone may change a cell, once all is settled."""
        told = (self._maturing.first(), self._awake.first())
        return min([instant for instant in told if instant is not None], default=None)

    def cut(self, *, whole: bool) -> Iterator[bytes]:
        """See `Changes.cut`; all must be settled."""
        return self._changes.cut(whole=whole)

    def drop(self) -> None:
        """See `Changes.drop`."""
        self._changes.drop()

    def reserve(self, units: int) -> None:
        """So many will be loaded."""
        self._units.table.reserve(units)

    def load(self, piece: bytes) -> None:
        """Put the units of a snapshot's piece in the place of what they were."""
        pieces.read(piece, self._units)

    def resume(self, clock: int, cells: list[list[int]], deeds: list[list[Deed]]) -> None:
        """Go on with the units that have been loaded, from what had been settled at that clock."""
        self.cells, self._maturing.clock = cells, clock
        for own, told in zip(self._arms.deeds, deeds, strict=True):
            own.add(told[1:])
        for key, unit in self._units.awake.items():
            self._awake.resume(key, unit)
        self.plain.resume(clock)
        self._maturing.resume(self._units.words())
