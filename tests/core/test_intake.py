"""Rule 2: which reason comes first, who may use a conversion, and whom it is kept from."""

import pytest
from msgspec.structs import replace

from streams.core.events import MICRO, REASONS
from streams.core.intake import Intake
from streams.core.recount import worth
from tests.core.samples import BOUGHT, HOUR, MINUTE, catalogue, conversion, experiment, exposure, schedule

ELIGIBLE = {"all": [{"attr": "country", "eq": "FR"}]}


def strict(**parts):
    """An experiment that refuses for every reason there is."""
    assignment = experiment().spec.assignment
    arms = [{"key": v.key, "role": v.role, "weight": v.weight} for v in assignment.variants]
    limits = schedule(stop_at="2025-03-10T01:00:00Z")
    privacy = {"require_consent": "analytics"}
    return experiment(assignment={"variants": arms, "eligibility": ELIGIBLE}, privacy=privacy, **limits, **parts)


def refusal(event, x=None, delay=0):
    found = Intake(catalogue(x or strict())).exposure(event, event.time + delay)
    return found if isinstance(found, str) else (found.number, found.variant)


GOOD = exposure(1, attributes={"country": "FR"}, consent=("analytics",))
FAULTS = {
    "future": {"time": GOOD.time},
    "bad_value": {"cost": -1.0},
    "unknown_experiment": {"experiment_id": "nobody"},
    "unknown_variant": {"variant": "purple"},
    "evaluation_not_split": {"is_evaluation": True},
    "not_running": {"time": GOOD.time - 1},
    "ineligible": {"attributes": {"country": "US"}},
    "no_consent": {"consent": ("marketing",)},
}


def test_an_exposure_without_fault_is_taken():
    assert refusal(GOOD) == (0, 0)
    assert refusal(replace(GOOD, variant="bold")) == (0, 1)


@pytest.mark.parametrize("reason", [reason for reason in FAULTS if reason != "future"])
def test_one_fault_is_the_reason(reason):
    assert refusal(replace(GOOD, **FAULTS[reason])) == reason


def test_of_several_faults_the_first_of_the_closed_list_is_the_reason():
    order = [reason for reason in REASONS if reason in FAULTS]
    assert order == list(FAULTS)
    for first in range(1, len(order)):
        event = GOOD
        for reason in order[first:]:
            event = replace(event, **FAULTS[reason])
        assert refusal(event) == order[first]


@pytest.mark.parametrize(("ahead", "taken"), [(5 * MINUTE, True), (5 * MINUTE + 1, False)])
def test_an_event_may_be_ahead_of_its_record_by_the_clock_skew(ahead, taken):
    assert (refusal(GOOD, delay=-ahead) == (0, 0)) == taken
    assert (refusal(replace(GOOD, experiment_id="nobody"), delay=-ahead) == "unknown_experiment") == taken


def test_the_declared_clock_skew_counts_where_the_experiment_is_known():
    x = strict(exposure={"clock_skew": "1h"})
    assert refusal(GOOD, x, delay=-HOUR) == (0, 0)
    assert refusal(GOOD, x, delay=-HOUR - 1) == "future"


@pytest.mark.parametrize(("cost", "taken"), [(None, True), (0.0, True), (9e12, True), (9.1e12, False), (-0.1, False)])
def test_a_cost_lies_between_zero_and_nine_trillions(cost, taken):
    assert (refusal(replace(GOOD, cost=cost)) == (0, 0)) == taken


@pytest.mark.parametrize(
    ("accept", "reason", "taken"),
    [
        (["exposure"], "split", False),
        (["exposure", "evaluation"], "split", True),
        (["exposure", "evaluation"], "default", False),
        (["exposure", "evaluation"], None, False),
    ],
)
def test_an_evaluation_counts_by_opt_in_and_when_it_was_split(accept, reason, taken):
    event = replace(GOOD, is_evaluation=True, assignment_reason=reason)
    assert (refusal(event, strict(exposure={"accept": accept})) == (0, 0)) == taken


def named(id_, metric=BOUGHT, **parts):
    return experiment(metric, metadata={"id": id_, "owner": {"name": "Ada"}}, **parts)


PLAIN, PRIVATE = named("plain"), named("private", privacy={"require_consent": "analytics"})
FILTERED = named("filtered", BOUGHT | {"filter": {"all": [{"attr": "value", "gte": 2}]}})
SMALL_AND_LARGE = BOUGHT | {
    "type": "ratio",
    "filter": {"all": [{"attr": "value", "gte": 2}]},
    "denominator": {"event": "visit", "count": True, "filter": {"all": [{"attr": "value", "lt": 2}]}},
}
ELSEWHERE = named("elsewhere", BOUGHT | {"event": "click"})


def use(event, *experiments, delay=0):
    return Intake(catalogue(*experiments)).conversion(event, event.time + delay)


def test_a_conversion_is_used_by_every_experiment_that_knows_its_name():
    assert use(conversion(1), PLAIN, ELSEWHERE, FILTERED).numbers == (0, 2)


def test_a_name_that_nobody_knows_is_not_an_error():
    found = use(conversion(1, event="nothing"), PLAIN)
    assert (found.numbers, found.named) == ((), False)


def test_consent_keeps_a_conversion_from_the_experiment_that_requires_it():
    found = use(conversion(1), PLAIN, PRIVATE)
    assert (found.numbers, found.barred) == ((0,), {1})


def test_a_conversion_without_consent_for_anyone_is_rejected():
    assert use(conversion(1), PRIVATE) == "no_consent"
    assert use(conversion(1, consent=("analytics",)), PRIVATE).numbers == (0,)
    assert use(conversion(1, experiment_id="private"), PLAIN, PRIVATE) == "no_consent"


def test_a_restricted_conversion_is_used_there_only():
    found = use(conversion(1, experiment_id="plain"), PLAIN, FILTERED)
    assert (found.numbers, found.barred) == ((0,), {1})
    assert use(conversion(1, experiment_id="nobody"), PLAIN) == "unknown_experiment"


def test_a_filter_keeps_a_conversion_from_one_metric():
    assert use(conversion(1, body=b'{"data":{"value":1}}'), PLAIN, FILTERED).barred == {(1, 0, 0)}
    assert use(conversion(1, body=b'{"data":{"value":2}}'), PLAIN, FILTERED).barred == frozenset()


@pytest.mark.parametrize(
    ("event", "value", "barred"),
    [("order", 1, {(0, 0, 0)}), ("order", 3, frozenset()), ("visit", 1, frozenset()), ("visit", 3, {(0, 0, 1)})],
)
def test_each_part_of_a_ratio_has_a_filter_of_its_own(event, value, barred):
    found = use(conversion(1, event=event, body=b'{"data":{"value":%d}}' % value), named("ratio", SMALL_AND_LARGE))
    assert (found.numbers, found.named, found.barred) == ((0,), True, barred)


def test_a_restricted_reversal_is_kept_from_all_others():
    assert use(conversion(1, experiment_id="plain", target=7), PLAIN, ELSEWHERE, FILTERED).barred == {1, 2}


def test_a_reversal_without_consent_is_kept_from_whoever_requires_it():
    assert use(conversion(1, event="refund", target=7), PLAIN, PRIVATE).barred == {1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, -1), (0.0, 0), (9e12, 9_000_000 * MICRO**2), (2.5, 2_500_000), (-0.1, "bad_value"), (9.1e12, "bad_value")],
)
@pytest.mark.parametrize("x", [PLAIN, FILTERED], ids=["plain", "filtered"])
def test_a_value_is_counted_in_millionths(x, value, expected):
    found = use(conversion(1, value=value), x)
    assert (found if isinstance(found, str) else worth(value)) == expected


def test_a_conversion_from_the_future_is_rejected_by_the_widest_skew_of_its_users():
    wide = named("wide", exposure={"clock_skew": "1h"})
    assert use(conversion(1), PLAIN, wide, delay=-HOUR).numbers == (0, 1)
    assert use(conversion(1), PLAIN, wide, delay=-HOUR - 1) == "future"
    assert use(conversion(1, event="nothing"), wide, delay=-5 * MINUTE - 1) == "future"
