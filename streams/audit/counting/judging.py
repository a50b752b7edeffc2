"""Rules 1-3: which events are rejected or late, and which experiments use a conversion."""

from collections.abc import Iterable, Iterator, Mapping

from streams.audit.counting.definitions import Experiment
from streams.audit.counting.filters import matches
from streams.audit.counting.lines import Event

FIVE_MINUTES = 300_000
LARGEST_VALUE = 9_000_000_000_000

Experiments = Mapping[str, Experiment]


def refusal(event: Event, experiments: Experiments) -> str | None:
    """The first reason that applies, in the order of rule 2."""
    reasons = (
        conversion_reasons(event, experiments)
        if event.kind == "conversion"
        else exposure_reasons(event, experiments.get(event.data["experiment_id"]))
    )
    return next((reason for reason, applies in reasons if applies), None)


def exposure_reasons(event: Event, x: Experiment | None) -> Iterator[tuple[str, bool]]:
    """Reasons against an exposure, given the experiment it names, and whether each applies."""
    yield "future", event.time > event.not_after + (FIVE_MINUTES if x is None else x.skew)
    yield "bad_value", not in_range(event.data.get("cost"))
    yield "unknown_experiment", x is None
    assert x is not None, "nobody asks for more than the first reason"
    yield "unknown_variant", event.data["variant"] not in x.variants
    yield "evaluation_not_split", event.kind == "evaluation" and not counts_as_exposure(event, x)
    yield "not_running", not running(event.time, x)
    yield "ineligible", not matches(x.eligibility, event.data.get("attributes") or {})
    yield "no_consent", not consents(event, x)


def conversion_reasons(event: Event, experiments: Experiments) -> Iterator[tuple[str, bool]]:
    """The same for a conversion."""
    named = [e for e in experiments.values() if names(event, e)]
    yield "future", event.time > event.not_after + max((e.skew for e in named), default=FIVE_MINUTES)
    yield "bad_value", not in_range(event.data.get("value"))
    only = event.data.get("experiment_id")
    yield "unknown_experiment", only is not None and only not in experiments
    yield "no_consent", bool(named) and not any(consents(event, e) for e in named)


def in_range(value: float | None) -> bool:
    """Of a value, if there is one."""
    return value is None or 0 <= value <= LARGEST_VALUE


def counts_as_exposure(event: Event, experiment: Experiment) -> bool:
    """Of an evaluation."""
    return "evaluation" in experiment.accept and event.data.get("assignment_reason") == "split"


def running(time: int, experiment: Experiment) -> bool:
    """Whether the experiment takes exposures then."""
    begun = experiment.start is None or time >= experiment.start
    return begun and (experiment.stop is None or time < experiment.stop)


def consents(event: Event, experiment: Experiment) -> bool:
    """Whether the event carries what the experiment requires."""
    return experiment.consent is None or experiment.consent in (event.data.get("consent") or [])


def names(event: Event, experiment: Experiment) -> bool:
    """Would the experiment use this conversion, were consent given?"""
    return meant_for(event, experiment) and event.data["event"] in experiment.names


def uses(event: Event, experiment: Experiment) -> bool:
    """Does it?"""
    return names(event, experiment) and consents(event, experiment)


def meant_for(event: Event, experiment: Experiment) -> bool:
    """Of a conversion that may be restricted to one experiment."""
    return event.data.get("experiment_id") in (None, experiment.id)


def is_exposure(event: Event, experiment: Experiment) -> bool:
    """To this experiment."""
    return event.kind != "conversion" and event.data["experiment_id"] == experiment.id


def is_for(event: Event, experiment: Experiment) -> bool:
    """Of a conversion, whatever its name: a reversal needs no name that is used."""
    return meant_for(event, experiment) and consents(event, experiment)


def concerns(event: Event, experiment: Experiment) -> bool:
    """Is lateness judged for this experiment?"""
    return uses(event, experiment) if event.kind == "conversion" else is_exposure(event, experiment)


def late(event: Event, lateness: int) -> bool:
    """Recorded too long after it happened."""
    return event.recorded > event.time + lateness


def late_everywhere(event: Event, experiments: Iterable[Experiment]) -> bool:
    """For every experiment it concerns, and there is one."""
    lateness = [e.lateness for e in experiments if concerns(event, e)]
    return bool(lateness) and late(event, max(lateness))
