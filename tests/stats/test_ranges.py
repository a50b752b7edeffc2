import numpy as np
import pytest

from stats.ranges import as_values_in


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, np.inf])
def test_a_value_outside_is_refused_with_its_name_and_range(value):
    with pytest.raises(ValueError, match=rf"share must be in \[0, 1\], got {value}"):
        as_values_in("share", [0.5, value], 0, 1)


@pytest.mark.parametrize("values", [0.3, [0, 1], []])
def test_values_inside_and_no_values_pass(values):
    assert as_values_in("share", values, 0, 1).tolist() == values
