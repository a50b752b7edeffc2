"""Filters of the recount and those of the product agree on every operator and value."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.audit.counting.filters import matches
from streams.core.conditions import predicate
from streams.core.schema import Filter

VALUES = [None, True, False, 0, 1, 1.0, 2, -0.5, "", "a", "b", [], ["a"], {}, {"a": 1}]
OPERANDS = {
    "eq": VALUES,
    "ne": VALUES,
    "in": [[], ["a", 1], [True]],
    "not_in": [[], ["a", 1], [True]],
    **{name: [0, 1, 0.5, "a", "b"] for name in ("gt", "gte", "lt", "lte")},
    "exists": [True, False],
}


@pytest.mark.parametrize("operator", OPERANDS)
def test_an_operator_holds_for_the_same_values(operator):
    for operand in OPERANDS[operator]:
        if operand is None:
            continue
        filter_ = {"all": [{"attr": "k.l", operator: operand}]}
        ours, theirs = filter_, predicate(msgspec.convert(filter_, Filter))
        records = [{}, {"k": 1}, {"k": {}}, *({"k": {"l": value}} for value in VALUES)]
        assert [matches(ours, record) for record in records] == [theirs(record) for record in records]


@given(st.booleans(), st.booleans())
def test_all_conditions_must_hold(one, other):
    filter_ = {"all": [{"attr": "k", "exists": one}, {"attr": "l", "exists": other}]}
    assert matches(filter_, {"k": 1}) == (one and not other)


def test_no_filter_matches_everything():
    assert matches(None, {}) is True
    assert matches({}, {}) is True
