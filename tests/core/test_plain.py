"""Of whom words can tell what they add, nothing is recounted; and the counts are as if all were."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import leaving, quiet, units
from streams.core.attribution import Attribution
from streams.core.events import KINDS
from streams.core.memory import FEW, Acting, Unit
from streams.core.plain import Plain
from streams.core.recount import EXPOSURES, REPEAT
from tests.core import worlds
from tests.core.samples import (
    BOUGHT,
    DAY,
    MINUTE,
    SPENT,
    START,
    arrival,
    arrivals,
    catalogue,
    conversion,
    experiment,
    exposure,
    schedule,
)
from tests.core.worlds import EXPERIMENTS, STEPS, deliver, last

REFUNDED = BOUGHT | {"id": "refunded", "role": "secondary", "event": "refund"}
ONE = catalogue(experiment(BOUGHT, REFUNDED))


UNITS, SOON = st.integers(1, 2), st.integers(0, 8).map(lambda step: step * MINUTE // 4)
FEW_ARMS = 3 * 2 * len([*EXPERIMENTS])  # for nothing and two deeds in both arms of each experiment


@st.composite
def calm(draw):
    """A world in which little is special: units enter, and soon pay one of few prices."""
    entries = st.builds(exposure, UNITS, at=SOON, experiment_id=st.sampled_from(["bare", "sums", "alike"]))
    paid = {"value": st.sampled_from([1.5, 40.0, 0.0]), "consent": st.just(("analytics",))}
    orders = st.builds(conversion, UNITS, SOON.map(MINUTE.__add__), st.integers(1, 50), **paid)
    found = [draw(st.lists(events.map(arrival), min_size=1, max_size=6)) for events in (entries, orders)]
    return dict(zip(KINDS, map(arrivals, found), strict=True))


class Never(Plain):
    """Whatever happens, more has to be known."""

    def enter(self, *_):
        return False

    def convert(self, *_):
        return False


def all_awake():
    return patch.object(units, "Plain", Never)


@given(
    worlds.worlds() | calm(), STEPS, st.sampled_from([quiet.ACTED, FEW_ARMS]), st.sampled_from([leaving.SLICE, 1, 0])
)
def test_every_look_is_the_same_as_if_all_units_were_awake(world, steps, arms, forgotten):
    """However much is known of them, and however late it is forgotten."""
    with patch.object(quiet, "ACTED", arms), patch.object(leaving, "SLICE", forgotten):
        told = [*until_all_is_over(world, steps)]
    with all_awake():
        recounted = [*until_all_is_over(world, steps)]
    for looks in (told, recounted):  # what did not change may be told all the same
        looks[:] = [{one.experiment: one.cells for one in look} for look in looks]
    for number in range(len(told)):
        for name in told[number].keys() | recounted[number].keys():
            assert latest(told[: number + 1], name) == latest(recounted[: number + 1], name)


def until_all_is_over(world, steps):
    core = Attribution(EXPERIMENTS)
    yield from deliver(core, world, steps)
    core.advance(last(world) + DAY)
    yield core.counts()


def latest(looks, name):
    return next((look[name] for look in reversed(looks) if name in look), None)


def after(*events, clock=0, experiments=ONE):
    core = Attribution(experiments)
    for offset, event in enumerate(events):
        core.apply(KINDS[hasattr(event, "identity")], [arrival(event, offset)])
    core.advance(START + clock)
    core.counts()
    return core


def unit(core):
    (found,) = core._units._units.values()
    return found


LIFE = [exposure(1), conversion(1, MINUTE)]


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        (LIFE, Acting),
        ([*reversed(LIFE)], Acting),
        ([*LIFE, conversion(1, 2 * MINUTE, 2, event="refund")], Acting),
        ([*LIFE, LIFE[1]], Acting),
        ([LIFE[1], LIFE[1], LIFE[0]], Acting),
        ([*LIFE, conversion(1, 2 * MINUTE)], Unit),
        ([*LIFE, conversion(1, MINUTE, target=1)], Unit),
        ([exposure(1, at=MINUTE // 2), LIFE[1], exposure(1)], Unit),
        ([conversion(1, -MINUTE // 2), exposure(1)], Unit),
        ([exposure(1), *(conversion(1, MINUTE, identity) for identity in range(FEW))], Acting),
        ([exposure(1), *(conversion(1, MINUTE, identity) for identity in range(FEW + 1))], Unit),
    ],
    ids=[
        "acts",
        "acted",
        "acts twice",
        "told again",
        "told again before",
        "told differently",
        "reversed",
        "moved",
        "glanced",
        "often",
        "too often",
    ],
)
def test_only_what_is_special_is_kept_in_full(events, kind):
    assert type(unit(after(*events))) is kind


AGAIN = [*LIFE, LIFE[1]]
REVERSED = conversion(1, 2 * MINUTE, target=1)


@pytest.mark.parametrize(
    "steps",
    [
        [*AGAIN, REVERSED],
        [*AGAIN, exposure(1, "bold", 2 * MINUTE)],
        [*AGAIN, conversion(1, 2 * MINUTE)],
        [LIFE[1], LIFE[1], LIFE[0], REVERSED],
        [*AGAIN, 8 * MINUTE, exposure(1, "bold", 8 * MINUTE)],
        [conversion(1, 4 * MINUTE), 6 * MINUTE, LIFE[0]],
        [conversion(1, target=1), exposure(1, at=2 * MINUTE), 4 * MINUTE],
        [*LIFE, conversion(1, 20 * MINUTE, target=1), 30 * MINUTE, exposure(1, "bold", 30 * MINUTE)],
    ],
    ids=[
        "told again, and reversed",
        "told again, and crossed",
        "told again, and differently",
        "told again before, and reversed",
        "told again, closed, and crossed",
        "entered when all had matured",
        "reversed before it entered",
        "drifted, and crossed",
    ],
)
@pytest.mark.parametrize("multi_variant", ["exclude", "first_seen"])
def test_what_was_told_in_words_is_told_as_well_by_records(steps, multi_variant):
    """Look by look: a unit that wakes must not add twice what its words have added."""
    exposing = {"exposure": {"lateness": "1m", "multi_variant": multi_variant}}
    experiments = catalogue(experiment(BOUGHT, REFUNDED, **exposing))
    found = [*looks(experiments, steps)]
    with all_awake():
        assert found == [*looks(experiments, steps)]


def looks(experiments, steps):
    """Cells after each event, and at clocks between them."""
    core = Attribution(experiments)
    for offset, step in enumerate([*steps, DAY]):
        if isinstance(step, int):
            core.advance(START + step)
        else:
            core.apply(KINDS[hasattr(step, "identity")], [arrival(step, offset)])
        yield core.counts(everything=True)[0].cells


def test_once_its_conversions_are_forgotten_a_unit_is_an_integer():
    assert type(unit(after(*LIFE, clock=DAY))) is int
    spent = catalogue(experiment(SPENT))
    assert type(unit(after(*LIFE, clock=DAY, experiments=spent))) is Unit


@pytest.mark.parametrize("at", [0, 2 * MINUTE])
def test_another_exposure_changes_nothing_once_all_is_over(at):
    """Be it an earlier one, behind the clock, of which only the warm-up would have been told."""
    core = after(
        exposure(1, at=2 * MINUTE), clock=DAY, experiments=catalogue(experiment(BOUGHT, **schedule(warmup="1m")))
    )
    (before,) = core.counts(everything=True)
    core.apply("exposures", [arrival(exposure(1, at=at), 1)])
    (told,) = core.counts(everything=True)
    changed = {
        place: now - was for place, (was, now) in enumerate(zip(before.cells, told.cells, strict=True)) if now != was
    }
    assert changed == {REPEAT: 1, EXPOSURES: 1}


def test_few_are_forgotten_in_one_go():
    """A clock that jumps over an hour makes a hundred thousand due."""
    core = after(*(event for one in range(1, 6) for event in (exposure(one), conversion(one, MINUTE, one))))
    with patch.object(leaving, "SLICE", 2):
        left = [remembering(core, DAY + second) for second in range(4)]
    assert left == [3, 1, 0, 0]


def remembering(core, clock):
    core.advance(START + clock)
    core.counts()
    return sum(type(one) is Acting for one in core._units._units.values())


def test_an_entry_keeps_what_it_did_when_the_other_arm_is_seen_long_after():
    closed = after(*LIFE, clock=DAY)
    crossed = exposure(1, "bold", DAY)
    closed.apply("exposures", [arrival(crossed, offset=9)])
    at_once = after(*LIFE, crossed, clock=DAY)
    assert closed.counts(everything=True)[0].cells == at_once.counts(everything=True)[0].cells


def test_a_copy_told_long_after_is_not_counted():
    """Nor is it where the unit is awake."""
    core = after(*LIFE, clock=7 * MINUTE)
    assert type(unit(core)) is Acting
    core.apply("conversions", [arrival(LIFE[1], offset=9)])
    assert core.counts(everything=True)[0].cells == after(*LIFE, clock=7 * MINUTE).counts(everything=True)[0].cells
