"""Events about which there is nothing special, nine of ten: told at a glance, and counted without an object for each.

So are those of which floods are made: of experiments that nobody knows, and of devices whose clock is wrong. Whatever
is not told here has to be judged, see `intake`. Compiled where that is possible, see `table`.
"""

from array import array
from collections.abc import Iterable, Sequence

from streams.core.events import MAX_VALUE
from streams.core.intake import DEFAULT_SKEW, NAMELESS, Intake
from streams.core.recount import worth
from streams.core.sifting import ACCEPTED
from streams.core.units import Units

EVER = 1 << 60  # ms
FUTURE, BAD_VALUE, UNKNOWN = "future", "bad_value", "unknown_experiment"  # reasons of rule 2, in their order


class Ordinary:
    """What is asked of exposures, by their arms, and of conversions, by their names.

    Attributes:
        unused: conversions whose name nobody asks for; who tells of them sets it to 0.
    """

    def __init__(self, intake: Intake, units: Units) -> None:
        entrances = [one for own in intake.entrances.values() for one in own.values()]
        self._arms = [one.arm for one in entrances]
        self._places = array("q", [arm.place for arm in self._arms])
        numbers = {id(one): number for number, one in enumerate(entrances)}
        self._doors = {
            id_: {variant: numbers[id(one)] for variant, one in own.items()} for id_, own in intake.entrances.items()
        }
        self._start, self._stop = _times(one.start for one in entrances), _times(one.stop for one in entrances)
        self._early, self._late = _times(one.early for one in entrances), _times(one.late for one in entrances)
        self._required = [one.required for one in entrances]
        names = [NAMELESS, *(one for one in intake.names.values() if one is not None)]
        self._names = {name: names.index(one) if one else -1 for name, one in intake.names.items()}
        self._texts = [one.name or "" for one in names]  # one object for a name, not one for each event
        self._heard, self._known = _times(one.early for one in names), _times(one.late for one in names)
        self._agreed = [one.required for one in names]
        self._units, self._plain = units, units.plain
        self.unused = 0

    def expose(
        self, id_: str, variant: str, cost: float | None, consent: Sequence[str], unit: int, time: int, recorded: int
    ) -> str | None:
        """The outcome of an exposure, which is counted if it is ordinary; None: it has to be judged."""
        doors = self._doors.get(id_)
        if doors is None:
            return _nowhere(cost, time, recorded)
        door = doors.get(variant, -1)
        if door < 0:
            return None
        if time > recorded + self._early[door]:
            return FUTURE
        if (
            self._start[door] <= time < self._stop[door]
            and recorded - self._late[door] <= time
            and (cost is None or 0 <= cost <= MAX_VALUE)
            and (self._required[door] is None or self._required[door] in consent)
        ):
            place = self._places[door]
            if self._plain.expose(place) and not self._plain.enter(unit, place, time):
                self._units.enter_specially(unit, self._arms[door], time)
            return ACCEPTED
        return None

    def convert(
        self,
        event: str,
        value: float | None,
        consent: Sequence[str],
        unit: int,
        identity: int,
        time: int,
        recorded: int,
    ) -> str | None:
        """The same of a conversion that takes none back and is meant for all."""
        name = self._names.get(event, 0)
        if name < 0:
            return None
        if time > recorded + self._heard[name]:
            return FUTURE
        if (
            recorded - self._known[name] <= time
            and (value is None or 0 <= value <= MAX_VALUE)
            and (self._agreed[name] is None or self._agreed[name] in consent)
        ):
            if name == 0:
                self.unused += 1
            else:
                text, worthy = self._texts[name], worth(value)
                if not self._plain.convert(unit, identity, time, text, worthy):
                    self._units.convert_specially(unit, identity, time, text, worthy)
            return ACCEPTED
        return None


def _nowhere(cost: float | None, time: int, recorded: int) -> str:
    """The reason against an exposure to an experiment that nobody knows."""
    if time > recorded + DEFAULT_SKEW:
        return FUTURE
    return UNKNOWN if cost is None or 0 <= cost <= MAX_VALUE else BAD_VALUE


def _times(told: Iterable[float]) -> "array[int]":
    return array("q", [int(min(max(one, -EVER), EVER)) for one in told])
