"""Totals as Python integers, whatever array they come in: of any size, so that nothing overflows or is rounded."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Exact = NDArray[np.object_]

_INTEGER = np.frompyfunc(int, 1, 1)


def as_integers(name: str, values: ArrayLike) -> Exact:
    """The same whole numbers as Python integers."""
    array = np.asarray(values, dtype=object)
    for value in array.flat:
        if type(value) is not int and value != value // 1:
            raise ValueError(f"{name} must be whole numbers, got {value}")
    return np.asarray(_INTEGER(array), dtype=object)
