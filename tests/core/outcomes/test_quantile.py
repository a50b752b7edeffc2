"""The share above a threshold, and a histogram for the eye."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.outcomes.quantile import BUCKETS, STEPS, Quantile, edges, quantile
from tests.core.outcomes.samples import SLOW, cells_of, did, matrix
from tests.core.samples import experiment

TWO = 2_000_000


@pytest.mark.parametrize(
    ("value", "above", "bucket"),
    [
        (0, 0, "up_to_-16"),
        (TWO // 16, 0, "up_to_-16"),
        (TWO // 16 + 1, 0, "up_to_-15"),
        (TWO // 2, 0, "up_to_-4"),
        (TWO, 0, "up_to_0"),
        (TWO + 1, 1, "up_to_1"),
        (2 * TWO, 1, "up_to_4"),
        (16 * TWO, 1, "up_to_16"),
        (16 * TWO + 1, 1, "beyond"),
    ],
)
def test_a_unit_lies_in_one_bucket_and_above_the_threshold_or_not(value, above, bucket):
    cells = cells_of(Quantile(TWO), [did(value)])
    assert {name for name in BUCKETS if cells[name]} == {bucket}
    assert (cells["above"], cells["matured"], cells["converted"]) == (above, 1, int(value > 0))


@given(st.integers(100, 9 * 10**18))
def test_borders_are_exact_to_the_last_integer(threshold):
    for k, border in zip(STEPS, edges(threshold), strict=True):
        assert border**4 * 2**16 <= threshold**4 * 2 ** (k + 16) < (border + 1) ** 4 * 2**16


@given(st.integers(100, 9 * 10**18), st.integers(0, 20 * 10**18))
def test_the_buckets_know_what_lies_above(threshold, value):
    cells = cells_of(Quantile(threshold), [did(value)])
    over = BUCKETS[BUCKETS.index("up_to_0") + 1 :]
    assert cells["above"] == sum(cells[name] for name in over) == (value > threshold)


def test_the_totals_are_those_of_a_yes_or_no():
    x = experiment(SLOW)
    looks, block = matrix(x, [did(TWO), did(TWO + 1)], [did(5 * TWO)] * 3)
    totals = x.metrics[0].counted.totals(looks, block, [0, 1])
    assert {name: total[0, 0].tolist() for name, total in totals.items()} == {
        "n": [2, 3],
        "converted": [1, 3],
        "nonzero": [1, 3],
        "sum": [1, 3],
        "squares": [1, 3],
    }


def test_quantiles_are_read_from_the_histogram_to_a_fraction_of_a_step():
    values = np.random.default_rng(7).lognormal(np.log(2), 0.8, 5_000)
    arm = Quantile(TWO).arm(cells_of(Quantile(TWO), [did(round(v * 1e6)) for v in values]))
    for share, shown in arm["quantiles"].items():
        assert shown == pytest.approx(np.quantile(values, float(share)), rel=0.03)
    assert (arm["sum"], arm["mean"]) == (sum(values > 2), sum(values > 2) / 5_000)


def test_a_quantile_between_two_borders_is_interpolated_in_the_logarithm():
    assert quantile([1_000_000, 4_000_000], [0, 2, 0], 0.5) == pytest.approx(2)
    assert quantile([1_000_000, 4_000_000], [0, 2, 0], 1.0) == pytest.approx(4)


@pytest.mark.parametrize(("counts", "end"), [([3, 0, 0], 1.0), ([0, 0, 3], 4.0), ([0, 0, 0], None)])
def test_what_lies_outside_of_the_histogram_is_at_its_end(counts, end):
    assert quantile([1_000_000, 4_000_000], counts, 0.5) == end
