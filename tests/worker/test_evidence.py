"""What is told of an experiment."""

import pytest

from streams.worker import evidence
from streams.worker.case import Case
from tests.worker.samples import X, counts

BEGAN = X.effective_from
HOUR, DAY = 3_600_000, 86_400_000


def judged():
    case = Case(X, {0: (0, 0)})
    case.take(counts(0, 3, a=50, b=50))
    return case.state


def test_the_object_says_what_is_judged_and_on_what_grounds():
    found = evidence.current(X, judged())
    assert found["experiment_id"] == "one"
    assert found["offsets"] == {"peekproof.exposures": {"0": 3}, "peekproof.conversions": {"0": 3}}
    assert found["decision"]["verdict"] == found["verdict"] == "continue"
    assert found["reasons"]
    assert found["about"]["owner"] == {"name": "tests", "contact": ""}
    assert found["about"]["variants"][1] == {"key": "b", "role": "treatment", "weight": 0.5}
    assert found["about"]["metrics"]["bought"]["alpha"] == 0.05


def test_a_point_has_the_clock_and_the_units():
    assert evidence.point(X, judged())["units"] == {"a": 50, "b": 50}


@pytest.mark.parametrize(("age", "width"), [(0, 1_000), (HOUR // 4, 1_000), (HOUR, 4_000), (DAY, 128_000)])
def test_points_lie_further_apart_the_older_the_experiment(age, width):
    start = evidence.bucket(X, BEGAN + age)
    assert start % width == 0
    assert start <= BEGAN + age < start + width


def test_a_month_of_points_stays_within_a_few_thousand():
    clocks = range(BEGAN, BEGAN + 28 * DAY, 10_000)
    assert len({evidence.bucket(X, clock) for clock in clocks}) < 8_000
