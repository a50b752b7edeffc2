import numpy as np
import pytest

from stats.evidence import p_always_valid


def test_evidence_of_twenty_to_one_is_a_p_of_five_percent():
    assert p_always_valid(np.log(20)) == pytest.approx(0.05)


def test_evidence_for_the_null_is_a_p_of_one():
    assert p_always_valid([-3.0, 0.0, 800.0]).tolist() == [1.0, 1.0, 0.0]
