"""What happens to a unit after its counting is over: as if it had never been over; and what is forgotten."""

import pytest

from streams.core.attribution import Attribution
from streams.core.cells import COUNTERS
from streams.core.rows import SPAN
from streams.core.seen import MOST
from tests.core.samples import (
    BOUGHT,
    DAY,
    HOUR,
    MINUTE,
    SPENT,
    START,
    arrival,
    catalogue,
    conversion,
    experiment,
    exposure,
    schedule,
    variants,
)

METRICS = (BOUGHT, SPENT | {"role": "secondary"})
LIFE = [exposure(1), conversion(1, MINUTE, 1, value=5.0), conversion(1, 2 * MINUTE, 1, value=5.0)]
CROSSED = exposure(1, "bold", HOUR)
TAKEN_BACK = conversion(1, HOUR, 2, target=1, event="refund")
BEFORE = -DAY
AGES_AGO = conversion(1, BEFORE, 3, target=1, event="refund")


def counted(x, *batches, look=False):
    """Counters and units, after batches of events read one by one; with a look between, or with one at the end."""
    core, offset = Attribution(catalogue(x)), 0
    for batch in batches:
        for event in batch:
            kind = "conversions" if hasattr(event, "identity") else "exposures"
            core.apply(kind, [arrival(event, offset, delay=HOUR - BEFORE if event is AGES_AGO else 0)])
            offset += 1
        if look:
            core.advance(START + 30 * MINUTE)
            core.counts()
    core.advance(START + DAY)
    (counts,) = core.counts(everything=True)
    named = dict(zip(COUNTERS, counts.cells, strict=False))
    units = counts.cells[x.layout.units.start : x.layout.units.stop]
    return {name: count for name, count in named.items() if count} | {"units": units}, counts.cells


@pytest.mark.parametrize("multi_variant", ["exclude", "first_seen"])
@pytest.mark.parametrize("warmup", ["0s", "2h"])
@pytest.mark.parametrize(
    "after",
    [[CROSSED], [TAKEN_BACK], [CROSSED, TAKEN_BACK], [TAKEN_BACK, CROSSED], [AGES_AGO], [CROSSED, CROSSED], [LIFE[0]]],
    ids=[
        "crossed",
        "reversed",
        "crossed, reversed",
        "reversed, crossed",
        "reversed ages ago",
        "crossed twice",
        "repeated",
    ],
)
def test_a_closed_unit_counts_as_if_it_had_never_closed(multi_variant, warmup, after):
    exposing = {"exposure": {"lateness": "1m", "multi_variant": multi_variant}}
    x = experiment(*METRICS, **exposing, **schedule(warmup=warmup))
    assert counted(x, LIFE, after, look=True) == counted(x, LIFE, after)


def test_a_second_arm_after_closing_takes_the_unit_out():
    x = experiment(*METRICS)
    found, _ = counted(x, LIFE, [CROSSED], look=True)
    assert found == {"multi_variant": 1, "duplicate": 1, "exposures": 2, "units": [0, 0]}


def test_a_second_arm_after_closing_leaves_the_first_seen():
    x = experiment(*METRICS, exposure={"lateness": "1m", "multi_variant": "first_seen"})
    found, _ = counted(x, LIFE, [CROSSED], look=True)
    assert found == {"multi_variant": 1, "duplicate": 1, "exposures": 2, "units": [1, 0]}


def test_a_third_arm_after_closing_changes_nothing_more():
    x = experiment(*METRICS, assignment={"variants": variants(0.4, 0.3, 0.3)})
    found, _ = counted(x, LIFE, [CROSSED, exposure(1, "wide", 2 * HOUR)], look=True)
    assert found == {"multi_variant": 1, "duplicate": 1, "exposures": 3, "units": [0, 0, 0]}


def test_a_reversal_after_maturity_is_drift_and_changes_nothing():
    x = experiment(*METRICS)
    found, cells = counted(x, LIFE, [TAKEN_BACK], look=True)
    assert found == {"drift": 1, "duplicate": 1, "exposures": 1, "units": [1, 0]}
    assert cells[x.layout.metrics[0].at(0, 0) + 3] == 1


def test_a_unit_of_the_warm_up_is_counted_as_that_and_as_contaminated():
    x = experiment(*METRICS, **schedule(warmup="2h"))
    assert counted(x, LIFE)[0] == {"warmup": 1, "exposures": 1, "units": [0, 0]}
    assert counted(x, LIFE, [CROSSED])[0] == {"warmup": 1, "multi_variant": 1, "exposures": 2, "units": [0, 0]}


def units_after(core, clock):
    core.advance(clock)
    core.counts()
    return core.units


def test_a_conversion_without_entry_is_forgotten_soon_after_it_can_be():
    core = Attribution(catalogue(experiment()))
    core.apply("conversions", [arrival(conversion(1))])
    soon = 3 * MINUTE + (2 << SPAN)
    assert [units_after(core, START + ms) for ms in (MINUTE, 3 * MINUTE, soon)] == [1, 1, 0]


def test_a_reversal_without_entry_is_forgotten():
    core = Attribution(catalogue(experiment()))
    core.apply("conversions", [arrival(conversion(1, target=9))])
    assert [units_after(core, START + ms) for ms in (3 * MINUTE, 3 * MINUTE + 1)] == [1, 0]


def test_a_conversion_that_nobody_knows_is_not_even_remembered():
    core = Attribution(catalogue(experiment()))
    core.apply("conversions", [arrival(conversion(1, event="nothing"))])
    assert (core.units, core.tally["unused"]) == (0, 1)


def test_of_a_thousand_conversions_and_one_the_last_is_told_and_not_used():
    count = {"id": "orders", "role": "primary", "type": "count", "event": "order", "cap": {"value": 5000}}
    x = experiment(count | {"window": {"length": "5m"}, "mde": {"absolute": 1}})
    many = [conversion(1, ms, ms) for ms in range(MOST + 1)]
    found, cells = counted(x, [exposure(1), *many])
    assert found == {"over_cap": 1, "exposures": 1, "units": [1, 0]}
    assert cells[x.layout.metrics[0].at(0, 0) + 4] == MOST * 1_000_000


@pytest.mark.parametrize(
    ("at", "seen"), [(-MINUTE - 1, {}), (-MINUTE, {"before_exposure": 1}), (-1, {"before_exposure": 1}), (0, {})]
)
def test_a_minute_before_the_entry_is_looked_back(at, seen):
    x = experiment(BOUGHT)
    found, _ = counted(x, [exposure(1, at=2 * MINUTE), conversion(1, 2 * MINUTE + at)])
    assert found == seen | {"exposures": 1, "units": [1, 0]}


def test_a_missing_value_is_told_once_and_counts_as_nothing():
    x = experiment(*METRICS)
    found, cells = counted(x, [exposure(1), conversion(1, 1, value=None), conversion(1, 2, 2, value=3.0)])
    assert found == {"missing_value": 1, "exposures": 1, "units": [1, 0]}
    spent = x.layout.metrics[1].at(0, 0)
    assert cells[spent : spent + 6] == [1, 1, 1, 0, 3_000_000, 9_000_000_000_000]


@pytest.mark.parametrize(("value", "row"), [(99.0, [1, 1, 1, 0]), (100.0, [1, 1, 1, 0]), (100.5, [1, 1, 1, 1])])
def test_what_is_above_the_cap_is_cut_off(value, row):
    x = experiment(SPENT)
    _, cells = counted(x, [exposure(1), conversion(1, 1, value=value)])
    total = min(value, 100) * 1_000_000
    assert cells[x.layout.metrics[0].start :][:6] == [*row, total, total**2]


@pytest.mark.parametrize("turn", [1, -1])
def test_copies_that_only_a_filter_tells_apart_count_alike_in_any_order(turn):
    x = experiment(BOUGHT | {"filter": {"all": [{"attr": "properties.sku", "eq": "x"}]}})
    copies = [conversion(1, MINUTE, 1, body=b'{"data":{"properties":{"sku":"%s"}}}' % sku) for sku in (b"x", b"y")]
    _, cells = counted(x, [exposure(1), *copies[::turn]])
    assert cells[x.layout.metrics[0].at(0, 0)] == 1
