"""Rule 2: who may use an event, or why nobody may. Judged from the event and its record time alone."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import inf
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from streams.core import quiet
from streams.core.conditions import Predicate
from streams.core.definition import Catalogue, Experiment
from streams.core.events import MAX_VALUE, Conversion, Exposure
from streams.core.memory import NOBODY, Barred
from streams.core.quiet import Arm
from streams.core.schema import Exposing

DEFAULT_SKEW = Exposing().clock_skew

Filtered = tuple[tuple[int, int, int], Predicate]  # a source (experiment, metric, source) and its filter


class Use(NamedTuple):
    """Experiments that use a conversion, whether any knows its name, and who else may not use it.

    `patience` is the shortest lateness of those that use it.
    """

    numbers: tuple[int, ...]
    named: bool
    barred: Barred
    patience: int


class Entrance(NamedTuple):
    """Which exposures to an arm are ordinary: the intake takes them, and they are not late.

    They have `start <= time < stop`, are recorded at most `late` ms after that time and at most `early` ms before it,
    with a cost in range and the consent that is `required`.
    """

    arm: Arm
    start: float
    stop: float
    early: int
    late: int
    required: str | None


class Name(NamedTuple):
    """Which conversions of a name are ordinary: all who know it take them, in time, or nobody knows it: None."""

    name: str | None
    early: int
    late: float
    required: str | None


NAMELESS = Name(None, DEFAULT_SKEW, inf, None)


class Door:
    """What an experiment asks of an exposure, looked up once."""

    def __init__(self, x: Experiment, arms: Sequence[Arm]) -> None:
        schedule, accept = x.spec.schedule, x.spec.exposure.accept
        self.skew = x.spec.exposure.clock_skew
        self.arms: Mapping[str, Arm] = dict(zip(x.variants, arms, strict=True))
        self.start = -inf if schedule.start_at is None else schedule.start_at
        self.stop = inf if schedule.stop_at is None else schedule.stop_at
        self.evaluations = "evaluation" in accept
        self.eligible = x.eligible
        self.required = x.spec.privacy.require_consent

    def refusal(self, event: Exposure) -> str | None:
        """The first reason against an exposure to a variant that is known."""
        if event.is_evaluation and not (self.evaluations and event.assignment_reason == "split"):
            return "evaluation_not_split"
        if not self.start <= event.time < self.stop:
            return "not_running"
        if self.eligible is not None and not self.eligible(event.attributes):
            return "ineligible"
        return None if self.required is None or self.required in event.consent else "no_consent"

    def entrances(self) -> dict[str, Entrance]:
        """By variant; none where attributes matter."""
        return {
            variant: Entrance(arm, self.start, self.stop, self.skew, arm.x.lateness, self.required)
            for variant, arm in self.arms.items()
            if self.eligible is None and not arm.x.covariates
        }


class Nowhere(Door):
    """What is asked of an exposure to an experiment that nobody knows."""

    def __init__(self) -> None:
        self.skew, self.arms = DEFAULT_SKEW, {}


NOWHERE = Nowhere()


class Intake:
    """Judges events against the experiments in force; experiments are numbered in their order, arms as well.

    Attributes:
        entrances: by experiment and variant; not of experiments to which attributes matter.
        names: of conversions that are used; None where it takes a second look to tell by whom.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.experiments = tuple(catalogue)
        self._numbers = {x.id: number for number, x in enumerate(self.experiments)}
        arms = groupby(quiet.arms(self.experiments), attrgetter("x"))
        self._doors = {x.id: Door(x, [*own]) for x, own in arms}
        self._filters = _filters(self.experiments)
        self._users = _users(self.experiments)
        self.entrances = {id_: door.entrances() for id_, door in self._doors.items()}
        filtered = {event for _, event in self._filters}
        self.names = {name: None if name in filtered else self._name(name) for name in self._users}

    def exposure(self, event: Exposure, present: int) -> Arm | str:
        """The arm it is an exposure to, or the first reason against."""
        door = self._doors.get(event.experiment_id, NOWHERE)
        arm = door.arms.get(event.variant)
        if event.time > present + door.skew:
            return "future"
        if not _in_range(event.cost):
            return "bad_value"
        if arm is None:
            return "unknown_experiment" if door is NOWHERE else "unknown_variant"
        return door.refusal(event) or arm

    def conversion(self, event: Conversion, present: int) -> Use | str:
        """Who uses it, or the first reason against."""
        users = self._users.get(event.event, [])
        named = self._named(event, users)
        skew = max((self.experiments[n].spec.exposure.clock_skew for n in named), default=DEFAULT_SKEW)
        if event.time > present + skew:
            return "future"
        if not _in_range(event.value):
            return "bad_value"
        if event.experiment_id is not None and event.experiment_id not in self._numbers:
            return "unknown_experiment"
        agreed = tuple(n for n in named if _consents(self.experiments[n], event.consent))
        if named and not agreed:
            return "no_consent"
        patience = min((self.experiments[n].lateness for n in agreed), default=0)
        return Use(agreed, bool(users), self._barred(event, users, agreed), patience)

    def _name(self, name: str) -> Name | None:
        own = [self.experiments[n] for n in self._users[name]]
        required, *others = {x.spec.privacy.require_consent for x in own}
        early, late = max(x.spec.exposure.clock_skew for x in own), min(x.lateness for x in own)
        return None if others else Name(name, early, late, required)

    def _named(self, event: Conversion, users: list[int]) -> list[int]:
        if event.experiment_id is None:
            return users
        only = self._numbers.get(event.experiment_id)
        return [n for n in users if n == only]

    def _barred(self, event: Conversion, users: list[int], agreed: tuple[int, ...]) -> Barred:
        """Experiments outside restriction or consent, and metrics whose filter does not match.

        A reversal needs no name that is used: all experiments are asked.
        """
        asked: Iterable[int] = users if event.target is None else range(len(self.experiments))
        others = [n for n in asked if n not in agreed and not self._reverses(n, event)]
        unmatched = [pair for n in agreed for pair in self._unmatched(n, event)]
        return frozenset([*others, *unmatched]) if others or unmatched else NOBODY

    def _reverses(self, number: int, event: Conversion) -> bool:
        x = self.experiments[number]
        return event.target is not None and event.experiment_id in (None, x.id) and _consents(x, event.consent)

    def _unmatched(self, number: int, event: Conversion) -> list[tuple[int, int, int]]:
        filters = self._filters.get((number, event.event))
        data = _data(event.body) if filters else {}
        return [place for place, matches in filters or () if not matches(data)]


def _filters(experiments: Sequence[Experiment]) -> dict[tuple[int, str], list[Filtered]]:
    """Of each experiment and event name: sources that have a filter."""
    found: dict[tuple[int, str], list[Filtered]] = {}
    for number, x in enumerate(experiments):
        for m, metric in enumerate(x.metrics):
            for s, source in enumerate(metric.sources):
                if source.matches is not None:
                    found.setdefault((number, source.event), []).append(((number, m, s), source.matches))
    return found


def _users(experiments: Sequence[Experiment]) -> dict[str, list[int]]:
    """Who knows the name of an event."""
    users: dict[str, list[int]] = {}
    for number, x in enumerate(experiments):
        for name in x.names:
            users.setdefault(name, []).append(number)
    return users


def _in_range(value: float | None) -> bool:
    return value is None or 0 <= value <= MAX_VALUE


def _consents(x: Experiment, consent: Any) -> bool:
    required = x.spec.privacy.require_consent
    return required is None or required in consent


def _data(body: bytes) -> dict[str, Any]:
    """What filters look at. A part nobody declared may hold what can't be read: then no filter matches."""
    try:
        data: dict[str, Any] = msgspec.json.decode(body)["data"]
    except (msgspec.DecodeError, RecursionError):
        return {}
    return data
