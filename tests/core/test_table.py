"""A table is a dictionary of units with lists of numbers, whatever came and went."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.memory import NOBODY, Acting, Copy, Unit
from streams.core.rows import OUT
from streams.core.store import Store
from streams.core.table import Table

KEYS = st.integers(0, 40) | st.integers(0, 2**64 - 1)
WORDS = st.integers(0, 2**63 - 1)
COPIES = st.builds(
    Copy,
    identity=st.integers(0, 2**64 - 1),
    time=st.integers(0, 2**45),
    event=st.sampled_from(["order", "visit"]),
    value=st.integers(-1, 9 * 10**18),
    barred=st.just(NOBODY),
    times=st.integers(1, 5),
)
SEVERAL = st.lists(WORDS, min_size=2, max_size=4).map(tuple)
UNITS = (
    WORDS
    | SEVERAL
    | st.builds(Acting, WORDS | SEVERAL | st.just(()), st.lists(COPIES, min_size=1, max_size=3).map(tuple))
    | st.builds(Unit)
)


@settings(max_examples=300)
@given(st.lists(st.tuples(KEYS, UNITS | st.none()), max_size=60))
def test_what_is_put_is_found_until_it_is_taken_away(steps):
    store, known = Store(), {}
    for key, unit in steps:
        if unit is None:
            assert store.pop(key, None) == known.pop(key, None)
        else:
            store[key] = known[key] = unit
        assert (len(store), store.get(key)) == (len(known), known.get(key))
    assert dict(store.items()) == known
    states = [unit.state if isinstance(unit, Acting) else unit for unit in known.values() if not isinstance(unit, Unit)]
    words = [word for state in states for word in (state if isinstance(state, tuple) else (state,))]
    assert sorted(store.words().tolist()) == sorted(words)
    assert sorted(store.acting()) == sorted(key for key, unit in known.items() if isinstance(unit, Acting))


@pytest.mark.parametrize("step", [1, 2**40, 0x9E3779B97F4A7C15], ids=["in a row", "far apart", "by the hash's factor"])
def test_keys_of_any_pattern_are_found_while_it_grows_and_shrinks(step):
    table, keys = Table(), [number * step % 2**64 for number in range(5_000)]
    for number, key in enumerate(keys):
        assert table.find(key) == -1
        table.add(key, number)
    for key in keys[::2]:
        table.remove(table.find(key))
    assert table.count == len(keys) // 2
    for number, key in enumerate(keys):
        at = table.find(key)
        assert (at == -1) if number % 2 == 0 else (table.slots[at] == key and table.slots[at + 1] == number)


def test_rows_that_were_given_back_are_used_again():
    table = Table()
    for _ in range(10_000):
        at = table.add(7, OUT)
        for word in range(3):
            table.enter(at, word)
            table.keep(at, 1, 2, 3, 4, 5)
        table.leave(at)
        table.forget(at)
        table.remove(at)
    assert (len(table.entries.cells), len(table.copies.cells)) == (2 * 1_000, 6 * 1_000)


def test_what_is_not_there_is_an_error():
    store = Store()
    with pytest.raises(KeyError):
        store[1]
    with pytest.raises(KeyError):
        del store[1]
