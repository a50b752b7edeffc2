"""Rule 2: who may use an event, or why nobody may. Judged from the event and its record time alone."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from streams.core.conditions import Predicate
from streams.core.definition import Catalogue, Experiment
from streams.core.events import MAX_VALUE, MICRO, Arrival, Conversion, Exposure
from streams.core.memory import Barred
from streams.core.recount import MISSING
from streams.core.schema import Exposing

DEFAULT_SKEW = Exposing().clock_skew
NOTHING: Barred = frozenset()

Filtered = tuple[tuple[int, int, int], Predicate]  # a source (experiment, metric, source) and its filter


class Use(NamedTuple):
    """Experiments that use a conversion, whether any knows its name, and who else may not use it."""

    numbers: tuple[int, ...]
    named: bool
    value: int
    barred: Barred


class Intake:
    """Judges events against the experiments in force; experiments are numbered in their order."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.experiments = tuple(catalogue)
        self._numbers = {x.id: number for number, x in enumerate(self.experiments)}
        self._users: dict[str, list[int]] = {}
        for number, x in enumerate(self.experiments):
            for name in x.names:
                self._users.setdefault(name, []).append(number)
        self._filters = _filters(self.experiments)

    def exposure(self, arrival: Arrival, event: Exposure) -> tuple[int, int] | str:
        """(experiment, variant) as numbers, or the first reason against."""
        number = self._numbers.get(event.experiment_id)
        x = None if number is None else self.experiments[number]
        if event.time > arrival.present + (x.spec.exposure.clock_skew if x else DEFAULT_SKEW):
            return "future"
        if not _in_range(event.cost):
            return "bad_value"
        if x is None or number is None:
            return "unknown_experiment"
        return _exposure_refusal(x, event) or (number, x.variants.index(event.variant))

    def conversion(self, arrival: Arrival, event: Conversion) -> Use | str:
        """Who uses it, or the first reason against."""
        users = self._users.get(event.event, [])
        named = self._named(event, users)
        skew = max((self.experiments[n].spec.exposure.clock_skew for n in named), default=DEFAULT_SKEW)
        if event.time > arrival.present + skew:
            return "future"
        if not _in_range(event.value):
            return "bad_value"
        if event.experiment_id is not None and event.experiment_id not in self._numbers:
            return "unknown_experiment"
        agreed = tuple(n for n in named if _consents(self.experiments[n], event.consent))
        if named and not agreed:
            return "no_consent"
        value = MISSING if event.value is None else round(event.value * MICRO)
        return Use(agreed, bool(users), value, self._barred(event, users, agreed))

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


def _exposure_refusal(x: Experiment, event: Exposure) -> str | None:
    if event.variant not in x.variants:
        return "unknown_variant"
    accept = x.spec.exposure.accept
    if event.is_evaluation and not ("evaluation" in accept and event.assignment_reason == "split"):
        return "evaluation_not_split"
    if not x.runs_at(event.time):
        return "not_running"
    if x.eligible is not None and not x.eligible(event.attributes):
        return "ineligible"
    return None if _consents(x, event.consent) else "no_consent"


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
