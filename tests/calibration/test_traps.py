"""The harness has teeth: it refuses every known way to be wrong, and passes the right way on the same data."""

import numpy as np
import pytest

from streams.lab.calibration.pair import Pair
from streams.lab.calibration.traps import TRAPS


@pytest.mark.parametrize("name", TRAPS)
def test_the_wrong_way_is_refused_and_the_right_way_passes(name):
    trap = TRAPS[name]
    pair = trap.trial(trap.runs, np.random.default_rng(2025))
    assert pair.sound, f"{pair.wrong} and {pair.right}"
    assert not Pair(pair.right, pair.wrong).sound
