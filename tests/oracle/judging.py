"""Rules 1-3: which events are rejected or late, and which experiments use a conversion."""

from tests.oracle.filters import matches
from tests.oracle.lines import Rejected

FIVE_MINUTES = 300_000
LARGEST_VALUE = 9_000_000_000_000


def refuse(event, experiments):
    """Raise Rejected with the first reason that applies, in the order of rule 2."""
    if event.kind == "conversion":
        refuse_conversion(event, experiments)
    else:
        refuse_exposure(event, experiments.get(event.data["experiment_id"]))


def refuse_exposure(event, experiment):
    skew = FIVE_MINUTES if experiment is None else experiment.skew
    reject_if("future", event.time > event.not_after + skew)
    reject_if("unknown_experiment", experiment is None)
    reject_if("unknown_variant", event.data["variant"] not in experiment.variants)
    reject_if("evaluation_not_split", event.kind == "evaluation" and not counts_as_exposure(event, experiment))
    reject_if("not_running", not running(event.time, experiment))
    reject_if("ineligible", not matches(experiment.eligibility, event.data.get("attributes") or {}))
    reject_if("no_consent", not consents(event, experiment))


def refuse_conversion(event, experiments):
    named = [e for e in experiments.values() if names(event, e)]
    reject_if("future", event.time > event.not_after + max((e.skew for e in named), default=FIVE_MINUTES))
    value = event.data.get("value")
    reject_if("bad_value", value is not None and not 0 <= value <= LARGEST_VALUE)
    only = event.data.get("experiment_id")
    reject_if("unknown_experiment", only is not None and only not in experiments)
    reject_if("no_consent", named and not any(consents(event, e) for e in named))


def reject_if(reason, condition):
    if condition:
        raise Rejected(reason)


def counts_as_exposure(event, experiment):
    return "evaluation" in experiment.accept and event.data.get("assignment_reason") == "split"


def running(time, experiment):
    begun = experiment.start is None or time >= experiment.start
    return begun and (experiment.stop is None or time < experiment.stop)


def consents(event, experiment):
    return experiment.consent is None or experiment.consent in (event.data.get("consent") or [])


def names(event, experiment):
    """Would the experiment use this conversion, were consent given?"""
    return meant_for(event, experiment) and any(event.data["event"] in m.events for m in experiment.metrics)


def uses(event, experiment):
    return names(event, experiment) and consents(event, experiment)


def meant_for(event, experiment):
    return event.data.get("experiment_id") in (None, experiment.id)


def users(event, experiments):
    """The experiments an event that was not rejected is for."""
    if event.kind == "conversion":
        return [e for e in experiments.values() if uses(event, e)]
    return [experiments[event.data["experiment_id"]]]


def late(event, lateness):
    return event.recorded > event.time + lateness


def late_everywhere(event, experiments):
    using = users(event, experiments)
    return bool(using) and late(event, max(e.lateness for e in using))
