import numpy as np
import pytest

from stats.evidence import p_always_valid, running, two_sided


def test_evidence_of_twenty_to_one_is_a_p_of_five_percent():
    assert p_always_valid(np.log(20)) == pytest.approx(0.05)


def test_evidence_for_the_null_is_a_p_of_one():
    assert p_always_valid([-3.0, 0.0, 800.0]).tolist() == [1.0, 1.0, 0.0]


def test_the_highest_is_kept_from_look_to_look_and_from_one_call_to_the_next():
    first = running([0.0, 1.0], [[-1.0, 2.0], [3.0, 1.5]])
    assert first.tolist() == [[0.0, 2.0], [3.0, 2.0]]
    assert running(first[-1], [[2.0, 4.0]]).tolist() == [[3.0, 4.0]]


def test_both_sides_together_are_the_average_of_their_wealth():
    assert two_sided(np.log(3.0), np.log(5.0)) == pytest.approx(np.log(4.0))
