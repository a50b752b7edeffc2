"""Units that only entered are integers, whatever they meet, until something happens to them; and again afterwards."""

import pytest

from streams.core import quiet
from streams.core.attribution import Attribution
from streams.core.cells import COUNTERS
from streams.core.events import KINDS
from tests.core.samples import BOUGHT, DAY, MINUTE, SPENT, START, arrival, catalogue, conversion, experiment, exposure

WITH_COVARIATE = SPENT | {"covariate": {"attr": "spent"}}


def named(id_, *metrics, **parts):
    return experiment(*metrics, metadata={"id": id_, "owner": {"name": "Ada"}}, **parts)


PAIR = catalogue(named("demo", BOUGHT), named("other", BOUGHT | {"window": {"length": "9m"}}))


def core_after(*events, experiments=PAIR, clock=None):
    core = Attribution(experiments)
    for offset, event in enumerate(events):
        kind = KINDS[hasattr(event, "identity")]
        core.apply(kind, [arrival(event, offset)])
    if clock is not None:
        core.advance(START + clock)
    core.counts()
    return core


def cells(core):
    (counts,) = core.counts(everything=True)
    return counts.cells


def states(core):
    return [type(state) for state in core._units._units.values()]


def test_a_unit_in_one_experiment_is_an_integer_and_in_several_a_tuple():
    assert states(core_after(exposure(1), exposure(1))) == [int]
    assert states(core_after(exposure(1), exposure(1, experiment_id="other"))) == [tuple]
    assert states(core_after(exposure(1), exposure(1, experiment_id="other"), clock=DAY)) == [tuple]


@pytest.mark.parametrize(
    ("happens", "stays"),
    [
        (conversion(1, MINUTE), True),
        (conversion(1, -30_000), False),
        (conversion(1, 20 * MINUTE), True),
        (conversion(1, 20 * MINUTE, event="nothing"), True),
        (conversion(1, target=3), True),
        (conversion(1, 20 * MINUTE, target=3), False),
        (exposure(1, "bold", MINUTE), False),
    ],
    ids=["used", "before", "after", "unknown", "reversal", "drift", "crossed"],
)
def test_whoever_has_nothing_to_remember_is_quiet_again(happens, stays):
    found = states(core_after(exposure(1), exposure(1, at=1, experiment_id="other"), happens, clock=DAY))
    assert (found == [tuple]) == stays


def test_a_unit_with_a_covariate_is_awake():
    core = core_after(exposure(1), experiments=catalogue(named("demo", WITH_COVARIATE)))
    assert int not in states(core)


def test_an_entry_that_moves_is_closed_when_the_earlier_one_is():
    """The instant at which it would have closed before is still noted when it comes."""
    used_elsewhere = conversion(1, 6 * MINUTE, event="order")
    core = core_after(exposure(1, at=2_000), used_elsewhere, experiments=catalogue(named("demo", BOUGHT)))
    core.apply("exposures", [arrival(exposure(1, at=1_500), offset=9)])
    core.counts()
    for ms in range(0, 12 * MINUTE, 250):
        core.advance(START + ms)
        core.counts()
    assert (states(core), core.next_change()) == ([int], None)


def test_an_instant_that_has_become_void_is_passed_over():
    """A unit that is noted for its maturity enters earlier than was known, and so matures before."""
    known, earlier = [exposure(1, at=2 * MINUTE), conversion(1, 3 * MINUTE)], exposure(1)
    core = core_after(*known, experiments=catalogue(named("demo", BOUGHT)))
    core.apply("exposures", [arrival(earlier, offset=9)])
    for clock in (6 * MINUTE, 9 * MINUTE):
        core.advance(START + clock)
        core.counts()
    at_once = core_after(earlier, *known, experiments=catalogue(named("demo", BOUGHT)), clock=9 * MINUTE)
    assert cells(core) == cells(at_once)
    assert core.next_change() is None


def test_a_unit_that_enters_when_its_windows_have_matured_is_counted_at_once():
    core = core_after(experiments=catalogue(named("demo", BOUGHT)), clock=DAY)
    core.apply("exposures", [arrival(exposure(1))])
    assert cells(core)[len(COUNTERS) :] == [1, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    assert (states(core), core.next_change()) == ([int], None)


def test_more_variants_than_there_is_room_for_are_refused(monkeypatch):
    monkeypatch.setattr(quiet, "ARM", 1)
    with pytest.raises(ValueError, match="4 variants run at a time, of at most 2; stop some experiments"):
        Attribution(PAIR)
