"""A snapshot is the state of one instant, whatever goes on while it is packed, and goes on as if it had not ended."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import changes
from streams.core.attribution import Attribution
from streams.core.memory import HELD
from streams.core.recovery import restore
from tests.core import worlds
from tests.core.samples import BOUGHT, DAY, MINUTE, SPENT, START, arrival, catalogue, conversion, experiment, exposure
from tests.core.worlds import EXPERIMENTS, last

EVERYTHING = 100
CUTS = st.booleans().map(lambda whole: ("cut", whole))
PULLS = st.integers(0, 3).map(lambda pieces: ("pull", pieces))
MOVES = st.lists(st.one_of(worlds.STEPS.map(lambda steps: ("read", steps)), CUTS, PULLS), max_size=8)


def parts(world, steps, read):
    """What `worlds.deliver` does, so that several cores can be told the same."""
    for kind, size, again, look in steps:
        begin, read[kind] = max(0, read[kind] - again), read[kind] + size
        clock = min((one.time for k in world for one in world[k][read[k] :]), default=0) if look else 0
        yield kind, world[kind][begin : read[kind]], clock


def tell(core, part):
    kind, batch, clock = part
    core.apply(kind, batch)
    if clock:
        core.advance(clock)
        core.counts()


def whole_state(core):
    """Everything, down to what is remembered of each unit."""
    due = core.next_change()
    told = [core.offsets, core.clock, core._read_to, +core.tally, due, core._units.cells]
    return [*told, dict(sorted(core._units._units.items()))]


class Camera:
    """Takes snapshots of a core, and a twin of it as it was at each."""

    def __init__(self, experiments=EXPERIMENTS):
        self.core, self.twin, self.behind = Attribution(experiments), Attribution(experiments), []
        self.chain, self.pieces = [], iter(())

    def tell(self, part):
        tell(self.core, part)
        self.behind.append(part)

    def cut(self, *, whole):
        self.pull()
        head, self.pieces = self.core.cut(whole=whole or not self.chain)
        self.chain = [*([] if whole else self.chain), (head, [])]
        self.catch_up(self.twin)
        self.behind = []

    def pull(self, pieces=EVERYTHING):
        for _, piece in zip(range(pieces), self.pieces, strict=False):
            self.chain[-1][1].append(piece)

    def catch_up(self, core):
        for part in self.behind:
            tell(core, part)
        core.counts()


@given(worlds.worlds(), MOVES)
def test_a_restored_state_is_the_one_that_was_cut_and_goes_on_like_the_one_that_was_left(world, moves):
    camera, read = Camera(), dict.fromkeys(world, 0)
    with patch.object(changes, "MOST_UNITS", 1):
        for move, how in [*moves, ("cut", False), ("read", [(kind, EVERYTHING, 0, True) for kind in world])]:
            if move == "read":
                for part in parts(world, how, read):
                    camera.tell(part)
            else:
                camera.cut(whole=how) if move == "cut" else camera.pull(how)
        camera.pull()
    restored = restore(EXPERIMENTS, 0, camera.chain)
    assert whole_state(restored) == whole_state(camera.twin)
    camera.catch_up(restored)
    camera.core.counts()
    for after in (0, MINUTE, 5 * MINUTE, DAY):
        for core in (restored, camera.core):
            core.advance(last(world) + after)
        assert whole_state(restored) == whole_state(camera.core)


def named(id_, *metrics, **parts):
    return experiment(*metrics, metadata={"id": id_, "owner": {"name": "Ada"}}, **parts)


SEVERAL = catalogue(
    named("demo", BOUGHT),
    named("other", BOUGHT | {"window": {"length": "9m"}}),
    named("spent", SPENT | {"covariate": {"attr": "past"}}),
)


ONE = catalogue(named("demo", BOUGHT))


def after(*events, core=None, clock=0):
    """A core to which the events are told, one by one."""
    core = core or Attribution(SEVERAL)
    for event in events:
        kind = "conversions" if hasattr(event, "identity") else "exposures"
        core.apply(kind, [arrival(event, core.offsets[kind])])
    core.advance(START + clock)
    return core


def taken(core, *, whole=False):
    head, pieces = core.cut(whole=whole)
    return head, list(pieces)


@pytest.mark.parametrize(
    ("events", "clock"),
    [
        ([exposure(2, at=MINUTE)], 0),
        ([exposure(1, at=MINUTE, experiment_id="other")], 0),
        ([exposure(1, at=10)], 0),
        ([exposure(1, "bold", MINUTE)], 0),
        ([exposure(1, at=MINUTE, experiment_id="spent", attributes={"past": 1.5})], 0),
        ([conversion(1, MINUTE)], 0),
        ([conversion(1, MINUTE, target=7), conversion(1, MINUTE, identity=7)], 0),
        ([], 6 * MINUTE),
        ([], 20 * MINUTE),
        ([], DAY),
        ([conversion(7, MINUTE)], DAY),
    ],
    ids=["new", "again", "moved", "crossed", "known", "acts", "reversed", "matures", "closes", "gone", "and new again"],
)
def test_a_delta_tells_of_everything_that_happened_since(events, clock):
    core = after(exposure(1, at=MINUTE // 2), exposure(3), conversion(3, MINUTE), conversion(7, MINUTE // 2))
    base = taken(core, whole=True)
    after(*events, core=core, clock=clock)
    assert whole_state(restore(SEVERAL, 0, [base, taken(core)])) == whole_state(core)


def test_a_delta_holds_only_what_has_changed():
    core = after(*(exposure(unit) for unit in range(1_000)))
    base = taken(core, whole=True)
    nothing, one = taken(core), taken(after(conversion(5, MINUTE), core=core))
    assert (len(base[1]), nothing[1], len(one[1])) == (1, [], 1)
    assert len(b"".join(base[1])) < 17 * 1_000
    assert len(b"".join(one[1])) < 200


def test_integers_of_any_size_are_kept():
    x = experiment(BOUGHT, worlds.PER_REFUND, exposure={"lateness": "1m"})
    core = Attribution(catalogue(x))
    after(*(conversion(1, MINUTE, identity=i, value=9e12) for i in range(9)), exposure(1), core=core, clock=3 * MINUTE)
    core.advance(START + 5 * MINUTE)
    assert max(core.counts(everything=True)[0].cells) > 2**128
    assert whole_state(restore(catalogue(x), 0, [taken(core, whole=True)])) == whole_state(core)


def test_what_was_given_by_a_bot_comes_in_small_pieces():
    each = HELD // 10
    events = [conversion(unit, i, identity=i) for unit in range(10) for i in range(each)]
    core = Attribution(SEVERAL)
    core.apply("conversions", [arrival(event, offset) for offset, event in enumerate(events)])
    pieces = taken(core, whole=True)[1]
    assert max(map(len, pieces)) <= 512 * 1024
    assert len(pieces) > 1


def test_one_snapshot_is_packed_at_a_time():
    core = after(exposure(1))
    core.cut(whole=True)
    with pytest.raises(ValueError, match="still being packed"):
        core.cut(whole=False)


def test_changes_need_something_that_they_change():
    with pytest.raises(ValueError, match="take a whole one first"):
        after(exposure(1)).cut(whole=False)


def test_after_one_that_was_dropped_comes_a_whole_one():
    core = after(exposure(1))
    left = core.cut(whole=True).pieces
    core.drop()
    assert list(left) == []
    with pytest.raises(ValueError, match="take a whole one first"):
        core.cut(whole=False)
    assert whole_state(restore(SEVERAL, 0, [taken(core, whole=True)])) == whole_state(core)


def test_a_table_is_large_enough_before_it_is_loaded():
    """Loaded in the order of another table's slots, one that still has to grow takes a time beyond all bounds."""
    core = after(*(exposure(unit) for unit in range(3_000)), core=Attribution(ONE), clock=1)
    sizes, load = [], Attribution.load
    with patch.object(Attribution, "load", lambda core, piece: (sizes.append(size(core)), load(core, piece))):
        restored = restore(ONE, 0, [taken(core, whole=True)])
    assert {*sizes} == {size(restored)} != {size(Attribution(ONE))}


def size(core):
    return len(core._units._units.table.slots)


def test_a_snapshot_of_other_experiments_is_refused():
    told = taken(after(exposure(1)), whole=True)
    for other in (catalogue(*list(SEVERAL)[:2]), catalogue(*reversed(list(SEVERAL))), EXPERIMENTS):
        with pytest.raises(ValueError, match="of other experiments"):
            restore(other, 0, [told])


def test_a_snapshot_without_one_of_its_pieces_is_refused():
    head, _ = taken(after(exposure(1), exposure(2)), whole=True)
    with pytest.raises(ValueError, match="of 2 units, but 0 were found"):
        restore(SEVERAL, 0, [(head, [])])
