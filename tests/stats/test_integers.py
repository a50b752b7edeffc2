import numpy as np
import pytest

from stats.integers import as_integers


@pytest.mark.parametrize("values", [[1, 2**80], np.array([7, -3]), np.array([1.0, 2.0]), [np.int64(5), True], 9])
def test_whole_numbers_of_any_kind_become_python_integers(values):
    integers = as_integers("n", values)
    assert integers.tolist() == np.asarray(values, dtype=object).tolist()
    assert {type(value) for value in integers.flat} == {int}


@pytest.mark.parametrize("value", [2.5, np.nan, np.inf])
def test_what_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(ValueError, match=f"squares must be whole numbers, got {value}"):
        as_integers("squares", [[1, value]])
