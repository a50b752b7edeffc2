"""Sizes in the units the tests take, and the words of their nulls."""

import msgspec
import pytest

from streams.core import sizes
from streams.core.nulls import in_words, null_in_words
from streams.core.schema import Size
from tests.core.samples import BOUGHT, HARMED, experiment, variants

RATE = experiment(BOUGHT | {"baseline": {"mean": 0.2}}).metrics[0]
UNKNOWN = experiment(BOUGHT).metrics[0]


def size(**given):
    return msgspec.convert(given, Size)


def test_a_size_is_a_share_of_the_baseline_or_an_amount():
    assert sizes.relative(size(relative=0.1), UNKNOWN) == 0.1
    assert sizes.relative(size(absolute=0.05), RATE) == 0.25
    assert sizes.absolute(size(absolute=0.05), UNKNOWN) == 0.05
    assert sizes.absolute(size(relative=0.1), RATE) == pytest.approx(0.02)


def test_a_size_that_needs_a_baseline_says_so():
    with pytest.raises(ValueError, match="metric bought: the size needs a baseline"):
        sizes.relative(size(absolute=0.05), UNKNOWN)


def test_the_good_side_is_the_declared_direction():
    x = experiment(BOUGHT, HARMED)
    assert [sizes.good_side(metric) for metric in x.metrics] == [1, -1]


def test_the_label_is_the_variant_against_the_control_in_every_phase():
    phases = [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.8, "bold": 0.1, "wide": 0.1}}]
    x = experiment(assignment={"variants": variants(0.5, 0.25, 0.25), "phases": phases})
    assert sizes.rho(x, 2) == pytest.approx([1 / 3, 1 / 9])


@pytest.mark.parametrize(
    ("metric", "kind", "words"),
    [
        (BOUGHT, "superiority", "no difference"),
        (BOUGHT, "harm", "not worse"),
        (BOUGHT, "futility", "better by 5 % or more"),
        (HARMED, "harm", "not worse by more than 0.01"),
        (HARMED, "non_inferiority", "worse by 0.01 or more"),
        (HARMED | {"margin": {"relative": 0.125}}, "non_inferiority", "worse by 12.5 % or more"),
        (HARMED | {"test": "equivalence"}, "equivalence", "different by 0.01 or more"),
    ],
)
def test_a_null_is_told_in_words(metric, kind, words):
    assert null_in_words(experiment(metric | {"role": "primary"}).metrics[0], kind) == words


def test_a_size_is_told_as_people_write_it():
    assert [in_words(size(absolute=0.002)), in_words(size(relative=0.05)), in_words(size(absolute=1e6))] == [
        "0.002",
        "5 %",
        "1e+06",
    ]
