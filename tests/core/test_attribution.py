"""Counts are a function of the set of events and of the clock, however they are read."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.attribution import Attribution
from streams.core.cells import add
from streams.core.events import KINDS
from streams.core.memory import Unit
from tests.core import worlds
from tests.core.samples import HOUR, MINUTE, START, arrival, catalogue, conversion, experiment, exposure
from tests.core.worlds import EXPERIMENTS, cells, deliver, last, read_at_once, tally

CLOCKS = st.lists(st.integers(0, 20), min_size=1, max_size=3).map(
    lambda steps: [worlds.HALF * s for s in sorted(steps)]
)


@given(worlds.worlds(), worlds.STEPS, CLOCKS)
def test_batches_interleaving_redelivery_and_looks_do_not_matter(world, steps, clocks):
    at_once, piecemeal = read_at_once(world), Attribution(EXPERIMENTS)
    list(deliver(piecemeal, world, steps))
    for after in clocks:
        assert cells(piecemeal, last(world) + after) == cells(at_once, last(world) + after)
    assert tally(piecemeal) == tally(at_once)


@given(worlds.worlds(), st.data())
def test_the_order_within_a_batch_does_not_matter(world, data):
    shuffled = {kind: data.draw(st.permutations(topic)) for kind, topic in world.items()}
    numbered = {kind: [one._replace(offset=i) for i, one in enumerate(topic)] for kind, topic in shuffled.items()}
    other_first = dict(reversed(numbered.items()))
    assert cells(read_at_once(other_first), last(world)) == cells(read_at_once(world), last(world))


@given(worlds.worlds(), CLOCKS, st.sets(worlds.UNITS))
def test_counts_of_disjoint_units_add(world, clocks, here):
    parts = []
    for chosen in (here, {1, 2, 3, 4} - here):
        part = {k: [one for one in t if getattr(one.event, "unit", 1) in chosen] for k, t in world.items()}
        parts.append(read_at_once({kind: worlds.arrivals(topic) for kind, topic in part.items()}))
    whole = read_at_once(world)
    for after in clocks:
        first, second = (cells(part, last(world) + after) for part in parts)
        assert {id_: add(first[id_], second[id_]) for id_ in first} == cells(whole, last(world) + after)
    assert sum((part.tally for part in parts), start=type(whole.tally)()) - whole.tally <= type(whole.tally)()


@given(worlds.worlds(), worlds.STEPS)
def test_the_changes_add_up_to_everything(world, steps):
    core, newest = Attribution(EXPERIMENTS), {}
    for changed in deliver(core, world, steps):
        newest |= {counts.experiment: counts.cells for counts in changed}
    assert newest == {counts.experiment: counts.cells for counts in core.counts(everything=True)}
    assert core.counts() == []


def awake(core):
    return [unit for unit in core._units._units.values() if isinstance(unit, Unit)]


@given(worlds.worlds(), worlds.STEPS)
def test_only_what_entered_stays_in_memory(world, steps):
    core = Attribution(EXPERIMENTS)
    list(deliver(core, world, steps))
    core.advance(last(world) + HOUR)
    core.counts()
    exposed = {
        one.event.unit
        for one in world["exposures"]
        if not isinstance(one.event, str)
        and not isinstance(core._intake.exposure(one.event, one.present), str)
        and one.time <= one.event.time + EXPERIMENTS.experiments[one.event.experiment_id].lateness
    }
    assert core.units == len(exposed)
    assert not any(unit.conversions or unit.reversals for unit in awake(core))
    assert core.next_change() is None


@given(worlds.worlds())
def test_between_two_announced_changes_the_clock_changes_nothing(world):
    core = read_at_once(world)
    while (due := core.next_change()) is not None:
        core.counts()
        core.advance(due - 1)
        assert core.counts() == []
        core.advance(due)


@given(worlds.worlds(), worlds.STEPS)
def test_every_record_has_one_outcome(world, steps):
    core = Attribution(EXPERIMENTS)
    list(deliver(core, world, steps))
    rejected = sum(count for name, count in core.tally.items() if name.startswith("rejected."))
    assert core.tally["read"] == sum(map(len, world.values()))
    assert core.tally["read"] == core.tally["accepted"] + core.tally["late"] + rejected


def one_experiment():
    return Attribution(catalogue(experiment()), partition=3)


def test_a_rejected_record_is_told_and_does_not_move_the_clock():
    core = one_experiment()
    unreadable = arrival(exposure(1, at=HOUR), offset=8)._replace(event="malformed")
    unknown = arrival(exposure(1, "purple", HOUR), offset=9)
    assert core.apply("exposures", [unreadable, unknown]) == [("malformed", unreadable), ("unknown_variant", unknown)]
    assert (core.offsets, core.clock) == ({"exposures": 10, "conversions": 0}, 0)


def test_the_clock_is_what_both_topics_have_reached():
    core = one_experiment()
    core.apply("exposures", [arrival(exposure(1, at=5 * MINUTE))])
    assert core.clock == 0
    core.apply("conversions", [arrival(conversion(1, at=3 * MINUTE))])
    assert core.clock == START + 3 * MINUTE
    core.advance(START)
    assert core.clock == START + 3 * MINUTE


def test_a_late_record_moves_the_clock_and_changes_nothing_else():
    core = one_experiment()
    core.apply("exposures", [arrival(exposure(1), delay=MINUTE + 1)])
    core.apply("conversions", [arrival(conversion(1), delay=MINUTE + 1)])
    (counts,) = core.counts()
    assert (core.clock, core.tally["late"], core.units) == (START + MINUTE + 1, 2, 0)
    assert (counts.cells[2], sum(counts.cells)) == (2, 2)


def test_an_event_below_the_clock_is_applied_and_told():
    core = one_experiment()
    core.advance(START + MINUTE)
    core.apply("exposures", [arrival(exposure(1), delay=HOUR // 120)])
    assert (core.tally["accepted"], core.tally["behind_clock"]) == (1, 1)
    core.apply("exposures", [arrival(exposure(2, at=MINUTE), offset=1)])
    assert core.tally["behind_clock"] == 1


def test_counts_carry_their_version():
    core = one_experiment()
    core.apply("exposures", [arrival(exposure(1), offset=4)])
    core.advance(START + HOUR)
    (counts,) = core.counts()
    assert counts[:-1] == ("demo", 1, experiment().config_hash, 3, (5, 0), START + HOUR)
    counts.cells[0] = 99
    assert core.counts(everything=True)[0].cells[0] == 0


def test_without_experiments_every_event_is_judged_all_the_same():
    core = Attribution(catalogue())
    core.apply("exposures", [arrival(exposure(1))])
    core.apply("conversions", [arrival(conversion(1))])
    assert tally(core) == {"read": 2, "rejected.unknown_experiment": 1, "accepted": 1, "unused": 1}
    assert (core.units, core.counts(), core.next_change(), tuple(core.offsets)) == (0, [], None, KINDS)
