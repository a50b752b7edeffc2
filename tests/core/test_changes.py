"""Whatever happens while a snapshot is packed, it shows the instant of its cut."""

from array import array
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import changes, pieces
from streams.core.changes import Changes
from streams.core.memory import Acting, Copy, Entry, Unit
from streams.core.rows import OUT
from streams.core.store import Store

KEYS = st.integers(0, 7)
WORDS = st.integers(0, 2**63 - 1)
NAMES = st.sampled_from(["bought", "left"])
COPIES = st.builds(Copy, WORDS, WORDS, NAMES, WORDS, st.just(frozenset()), st.integers(1, 3))
PLAIN = WORDS | st.lists(WORDS, min_size=2, max_size=3).map(tuple)
ACTING = st.builds(Acting, PLAIN | st.just(()), st.lists(COPIES, min_size=1, max_size=3).map(tuple))
AWAKE = st.builds(Unit, st.lists(st.builds(Entry, KEYS, WORDS, KEYS, KEYS), max_size=2).map(tuple))
STATES = PLAIN | ACTING | AWAKE
MOVES = st.lists(st.tuples(KEYS, STATES | st.none()), max_size=12)
SMALL = {"MOST_UNITS": 2, "MOST_BYTES": 40}  # a piece holds one unit that is awake, or two


def shown(units):
    """All of them, in a form that no later change touches; those that are awake are changed in their place."""
    return {key: pieces.tell(key, state) if isinstance(state, Unit) else state for key, state in units.items()}


def stored(units):
    store = Store()
    store.update(units)
    return store


def move(units, watching, moves):
    for key, state in moves:
        watching.touch(key)
        if state is None:
            units.pop(key, None)
        elif isinstance(state, Unit) and isinstance(units.get(key), Unit):
            units[key].entries = state.entries
        else:
            units[key] = state


def loaded(units, packed):
    for piece in packed:
        pieces.read(piece, units)
    return units


@given(MOVES, st.lists(st.tuples(MOVES, MOVES, MOVES), min_size=1, max_size=4))
def test_a_base_and_deltas_show_what_was_there_at_each_cut(first, rounds):
    units, copy = Store(), Store()
    watching = Changes(units)
    move(units, watching, first)
    with patch.multiple(changes, **SMALL):
        for number, (before, *meanwhile) in enumerate(rounds):
            move(units, watching, before)
            there, packed = shown(units), []
            coming = watching.cut(whole=number == 0)
            for moves in meanwhile:
                move(units, watching, moves)
                packed += [piece for piece in [next(coming, None)] if piece]
            assert shown(loaded(copy, [*packed, *coming])) == there


@given(st.dictionaries(KEYS, AWAKE, min_size=1), st.dictionaries(KEYS.map(lambda key: key + 8), PLAIN | ACTING))
def test_units_that_are_awake_wait_until_a_piece_has_room(awake, others):
    units = {**awake, **others}
    with patch.multiple(changes, MOST_UNITS=100, MOST_BYTES=1):
        packed = [*Changes(stored(units)).cut(whole=True)]
    assert len(packed) == len(awake)
    assert shown(loaded(Store(), packed)) == shown(units)


def test_names_of_events_have_other_numbers_elsewhere():
    copies = [Copy(1, 2, name, 3, frozenset()) for name in ("bought", "left")]
    elsewhere = stored({2: Acting((), (copies[1],))})
    loaded(elsewhere, Changes(units := stored({1: Acting((), tuple(copies))})).cut(whole=True))
    assert elsewhere.numbers != units.numbers
    assert elsewhere[1] == units[1]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([7], "ends within a unit"),
        ([7, 1, 8], "ends within a unit"),
        ([7, OUT + 1, 1, 2, 3, 0], "ends within a unit"),
        ([7, OUT + (1 << 32)], "ends within a unit"),
        ([7, OUT + 1, 1, 2, 3, 1, 1], "1 names of events, and one of number 1"),
    ],
)
def test_what_no_listing_has_told_is_refused(told, message):
    with pytest.raises(ValueError, match=message):
        Store().load(array("Q", told), ["bought"])


def test_what_a_unit_was_is_not_kept_longer_than_a_snapshot_needs_it():
    watching = Changes(units := stored({1: 1 << 60, 2: 2 << 60}))
    packing = watching.cut(whole=True)
    watching.touch(1)
    assert watching._changed == {1: 0}  # the first that is told
    assert shown(loaded(Store(), packing)) == shown(units)
    assert watching._changed == {1: None}
    watching.touch(2)
    assert watching._changed == {1: None, 2: None}


@pytest.mark.parametrize("whole", [True, False])
def test_a_snapshot_of_nothing_has_no_piece(whole):
    watching = Changes(Store())
    assert [*watching.cut(whole=True), *watching.cut(whole=whole)] == []
