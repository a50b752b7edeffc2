"""Of which metrics is asked again."""

import numpy as np
import pytest

from streams.core import lately as module
from streams.core.alike import Subject
from streams.core.lately import Lately
from tests.core.samples import BOUGHT, HARMED, experiment, totals

ONE, OTHER = experiment(BOUGHT, HARMED), experiment(BOUGHT, HARMED)


class Oracle:
    """Answers with the sum of the metric's cells, and remembers who was asked about."""

    def __init__(self):
        self.asked = []

    def __call__(self, subjects):
        self.asked.append([(one.x, one.m) for one in subjects])
        return [sum(sum(look) for look in own(one)) for one in subjects]


def own(subject):
    block = subject.x.layout.metrics[subject.m]
    return subject.looks[:, block.start : block.stop]


def at(x, *looks):
    """Both metrics at looks at which so many bought, and so many were harmed."""
    cells = [totals(x, (100, 100), bought=(0, bought), left=(0, harmed)) for bought, harmed in looks]
    return [Subject(x, m, np.array(cells, dtype=object)) for m in range(2)]


@pytest.fixture
def oracle():
    return Oracle()


@pytest.fixture
def ask(oracle):
    return Lately(oracle)


def test_only_metrics_whose_own_cells_have_moved_are_asked_about_again(ask, oracle):
    first = ask(at(ONE, (5, 7)))
    second = ask(at(ONE, (6, 7)))
    assert oracle.asked == [[(ONE, 0), (ONE, 1)], [(ONE, 0)]]
    assert second == [first[0] + 1, first[1]]
    assert ask(at(ONE, (5, 7))) == first


def test_units_that_enter_move_no_metric(ask, oracle):
    subjects = at(ONE, (5, 7))
    first = ask(subjects)
    for subject in subjects:
        subject.looks[0, ONE.layout.units.start] += 1
    assert ask(subjects) == first
    assert oracle.asked[1:] == [[]]


def test_experiments_are_not_mixed_up(ask, oracle):
    both = [*at(ONE, (5, 7)), *at(OTHER, (5, 7))]
    assert ask(both) == ask(both) == Oracle()(both)
    assert oracle.asked[1:] == [[]]


def test_a_metric_at_two_looks_in_one_question_has_two_answers(ask):
    twice = [*at(ONE, (5, 7)), *at(ONE, (6, 8))]
    assert ask(twice) == ask(twice) == Oracle()(twice)


def test_what_is_asked_along_many_looks_is_not_remembered(ask, oracle):
    ask(at(ONE, (5, 7), (6, 8)))
    ask(at(ONE, (5, 7), (6, 8)))
    assert oracle.asked == [[(ONE, 0), (ONE, 1)]] * 2


def test_what_is_remembered_is_bounded(ask, oracle, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 1)
    for _ in range(2):
        ask(at(ONE, (5, 7)))
    assert oracle.asked == [[(ONE, 0), (ONE, 1)]] * 2
