"""Rule 2: who may use an event, or why nobody may. Judged from the event and its record time alone."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from streams.core import quiet
from streams.core.conditions import Predicate
from streams.core.definition import Catalogue, Experiment
from streams.core.events import MAX_VALUE, Conversion, Exposure
from streams.core.memory import Barred
from streams.core.quiet import Arm
from streams.core.schema import Exposing

DEFAULT_SKEW = Exposing().clock_skew
NOTHING: Barred = frozenset()

Filtered = tuple[tuple[int, int, int], Predicate]  # a source (experiment, metric, source) and its filter


class Use(NamedTuple):
    """Experiments that use a conversion, whether any knows its name, and who else may not use it.

    `patience` is the shortest lateness of those that use it.
    """

    numbers: tuple[int, ...]
    named: bool
    barred: Barred
    patience: int


class Door:
    """What an experiment asks of an exposure, looked up once.

    Attributes:
        open: whether it asks nothing of the unit.
    """

    def __init__(self, x: Experiment, arms: Sequence[Arm]) -> None:
        schedule, accept = x.spec.schedule, x.spec.exposure.accept
        self.skew = x.spec.exposure.clock_skew
        self.arms: Mapping[str, Arm] = dict(zip(x.variants, arms, strict=True))
        self.start = float("-inf") if schedule.start_at is None else schedule.start_at
        self.stop = float("inf") if schedule.stop_at is None else schedule.stop_at
        self.evaluations = "evaluation" in accept
        self.eligible = x.eligible
        self.required = x.spec.privacy.require_consent
        self.open = self.eligible is None and self.required is None

    def refusal(self, event: Exposure) -> str | None:
        """The first reason against an exposure to a variant that is known."""
        if event.is_evaluation and not (self.evaluations and event.assignment_reason == "split"):
            return "evaluation_not_split"
        if not self.start <= event.time < self.stop:
            return "not_running"
        if self.eligible is not None and not self.eligible(event.attributes):
            return "ineligible"
        return None if self.required is None or self.required in event.consent else "no_consent"


class Nowhere(Door):
    """What is asked of an exposure to an experiment that nobody knows."""

    def __init__(self) -> None:
        self.skew, self.arms = DEFAULT_SKEW, {}


NOWHERE = Nowhere()


class Name:
    """Who uses conversions of a name, looked up once.

    Attributes:
        plain: whether all use it alike: `use`, if there is the `required` consent.
    """

    def __init__(self, users: list[int], experiments: Sequence[Experiment], *, filtered: bool) -> None:
        own = [experiments[n] for n in users]
        consents = {x.spec.privacy.require_consent for x in own} or {None}
        self.users = users
        self.skew = max((x.spec.exposure.clock_skew for x in own), default=DEFAULT_SKEW)
        self.required = next(iter(consents))
        self.plain = len(consents) == 1 and not filtered
        self.use = Use(tuple(users), bool(users), NOTHING, min((x.lateness for x in own), default=0))


class Intake:
    """Judges events against the experiments in force; experiments are numbered in their order, arms as well."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.experiments = tuple(catalogue)
        self._numbers = {x.id: number for number, x in enumerate(self.experiments)}
        arms = groupby(quiet.arms(self.experiments), attrgetter("x"))
        self._doors = {x.id: Door(x, [*own]) for x, own in arms}
        self._filters = _filters(self.experiments)
        self._names = _names(self.experiments, {event for _, event in self._filters})
        self._nameless = Name([], self.experiments, filtered=False)

    def exposure(self, event: Exposure, present: int) -> Arm | str:
        """The arm it is an exposure to, or the first reason against."""
        time, cost, door = event.time, event.cost, self._doors.get(event.experiment_id, NOWHERE)
        arm = door.arms.get(event.variant)
        if time > present + door.skew:
            return "future"
        if not (cost is None or 0 <= cost <= MAX_VALUE):
            return "bad_value"
        if arm is None:
            return "unknown_experiment" if door is NOWHERE else "unknown_variant"
        if door.open and not event.is_evaluation and door.start <= time < door.stop:
            return arm
        return door.refusal(event) or arm

    def conversion(self, event: Conversion, present: int) -> Use | str:
        """Who uses it, or the first reason against."""
        name, value = self._names.get(event.event, self._nameless), event.value
        if event.experiment_id is not None or event.target is not None or not name.plain:
            return self._any_conversion(event, present, name.users)
        if event.time > present + name.skew:
            return "future"
        if not (value is None or 0 <= value <= MAX_VALUE):
            return "bad_value"
        return name.use if name.required is None or name.required in event.consent else "no_consent"

    def _any_conversion(self, event: Conversion, present: int, users: list[int]) -> Use | str:
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
        return frozenset([*others, *unmatched]) if others or unmatched else NOTHING

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


def _names(experiments: Sequence[Experiment], filtered: set[str]) -> dict[str, Name]:
    """By name of the event."""
    users: dict[str, list[int]] = {}
    for number, x in enumerate(experiments):
        for name in x.names:
            users.setdefault(name, []).append(number)
    return {name: Name(known, experiments, filtered=name in filtered) for name, known in users.items()}


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
