"""Filters: each operator on what fits, on what does not, and on what is not there."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.conditions import predicate
from streams.core.schema import Filter

ABSENT = {}


def holds(condition, data):
    return predicate(msgspec.convert({"all": [{"attr": "k"} | condition]}, Filter))(data)


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ({"eq": "a"}, ["a"], ["b", 1, None, ["a"], {"a": 1}]),
        ({"eq": 1}, [1, 1.0], [True, "1", 2]),
        ({"eq": True}, [True], [1, "true", False]),
        ({"eq": False}, [False], [0, "", None]),
        ({"eq": 0}, [0, 0.0], [False, None]),
        ({"ne": "a"}, ["b", 1, None], ["a"]),
        ({"ne": 1}, [True, 2], [1, 1.0]),
        ({"in": ["a", 1]}, ["a", 1, 1.0], ["b", True, ["a"]]),
        ({"in": []}, [], ["a", None]),
        ({"not_in": ["a", 1]}, ["b", True, None], ["a", 1]),
        ({"not_in": []}, ["a", None], []),
        ({"gt": 1}, [1.5, 2, 10**400], [1, 0, "2", True, None, [2]]),
        ({"gte": 1}, [1, 2], [0.5, "1", True]),
        ({"lt": 1}, [0, -0.5], [1, 2, "0", False, None]),
        ({"lte": 1}, [1, 0], [2, "1", False]),
        ({"gt": "b"}, ["c", "ba"], ["b", "a", 3]),
        ({"gte": "b"}, ["b"], ["a", 2]),
        ({"lt": "b"}, ["a", ""], ["b", 1, None]),
        ({"lte": "b"}, ["b", "a"], ["c"]),
        ({"exists": True}, [0, "", None, [], {}], []),
        ({"exists": False}, [], [0, "", None]),
    ],
)
def test_an_operator_holds_for_these_values_and_not_for_those(condition, yes, no):
    assert [value for value in yes if not holds(condition, {"k": value})] == []
    assert [value for value in no if holds(condition, {"k": value})] == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"eq": "a"}, False),
        ({"ne": "a"}, True),
        ({"in": ["a"]}, False),
        ({"not_in": ["a"]}, True),
        ({"gt": 0}, False),
        ({"gte": 0}, False),
        ({"lt": 0}, False),
        ({"lte": "z"}, False),
        ({"exists": True}, False),
        ({"exists": False}, True),
    ],
)
def test_an_absent_attribute_satisfies_only_what_denies(condition, expected):
    assert holds(condition, ABSENT) == expected


def test_a_dot_leads_into_an_object():
    condition = {"attr": "properties.size.width", "gte": 5}
    assert holds(condition, {"properties": {"size": {"width": 5}}})
    assert not holds(condition, {"properties": {"size": 5}})
    assert not holds(condition, {"properties.size.width": 5})


def test_all_conditions_must_hold():
    both = predicate(msgspec.convert({"all": [{"attr": "a", "eq": 1}, {"attr": "b", "eq": 2}]}, Filter))
    assert [both({"a": 1, "b": 2}), both({"a": 1}), both({"b": 2})] == [True, False, False]


def test_no_condition_is_no_filter():
    assert predicate(Filter()) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "exists"]), ANYTHING, ANYTHING)
def test_no_value_of_an_event_breaks_a_filter(operator, bound, value):
    bound = {"in": [bound], "not_in": [bound], "exists": True}.get(operator, bound)
    if operator in ("gt", "gte", "lt", "lte") and (isinstance(bound, bool) or not isinstance(bound, int | float | str)):
        bound = 0
    assert holds({operator: bound} if bound is not None else {"eq": 1}, {"k": value}) in (True, False)
