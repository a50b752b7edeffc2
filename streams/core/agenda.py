"""When to look again at a unit that is awake: when it matures, else when something can be closed or forgotten."""

from collections.abc import Callable

from streams.core.kept import Kept
from streams.core.memory import Entry, Unit
from streams.core.quiet import Arm
from streams.core.wheel import Wheel


class Agenda:
    """What is planned for the units of a partition, each of which knows its own plan.

    Args:
        arm: of an entry.
    """

    def __init__(self, kept: Kept, arm: Callable[[Entry], Arm]) -> None:
        self._units, self._maturing, self._horizon, self._arm = kept.units, kept.maturing, kept.horizon, arm
        self._maturities = Wheel(self._matures)
        self._chores = Wheel(self._ends)

    def plan(self, key: int, unit: Unit, matures: int | None, ends: int | None) -> None:
        """Look at it then, and then only."""
        if matures is not None and matures != unit.matures:
            self._maturities.put(matures, key)
        if ends is not None and ends != unit.ends:
            self._chores.put(ends, key)
        unit.matures, unit.ends = matures, ends

    def plan_next(self, key: int, unit: Unit) -> None:
        """When the first of the open entries matures, else when the first can be closed, or an event forgotten."""
        open_ = [(entry.time, self._arm(entry)) for entry in unit.entries if entry.open]
        maturities = [due for time, arm in open_ if (due := arm.next(time, self._maturing.clock)) is not None]
        if maturities:
            self.plan(key, unit, min(maturities), None)
        else:
            closes = [time + arm.closes for time, arm in open_]
            self.plan(key, unit, None, min(closes) if closes else self._forgets(unit))

    def resume(self, key: int, unit: Unit) -> None:
        """Go on with a unit that has been loaded, and its plan."""
        if unit.matures is not None:
            self._maturities.put(unit.matures, key)
        if unit.ends is not None:
            self._chores.put(unit.ends, key)

    def mature(self, clock: int) -> list[int]:
        """Take out those that have matured."""
        return [key for key in self._maturities.due(clock) if _has_come(self._matures(key), clock)]

    def end(self, clock: int) -> list[int]:
        """Take out those of which something can be closed or forgotten."""
        return [key for key in self._chores.due(clock) if _has_come(self._ends(key), clock)]

    def first(self) -> int | None:
        """The next instant at which the clock alone may change a cell."""
        return self._maturities.first()

    def _forgets(self, unit: Unit) -> int | None:
        """When the first event can be forgotten that waits for an entry."""
        times = [event.time for events in (unit.conversions, unit.reversals) for event in events]
        return min(times) + self._horizon + 1 if times else None

    def _matures(self, key: int) -> int | None:
        unit = self._units.get(key)
        return unit.matures if type(unit) is Unit else None

    def _ends(self, key: int) -> int | None:
        unit = self._units.get(key)
        return unit.ends if type(unit) is Unit else None


def _has_come(instant: int | None, clock: int) -> bool:
    return instant is not None and instant <= clock
