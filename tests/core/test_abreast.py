"""What tracks share: the variants of a metric, the primaries of an experiment, and experiments side by side."""

import numpy as np
import pytest

from streams.core.abreast import adjusted, any_primary, evidence
from streams.core.tracks import tracks
from tests.core.samples import BOUGHT, HARMED, SPENT, experiment, totals, track, variants

ARMS = {"assignment": {"variants": variants(0.4, 0.3, 0.3)}}


def logs(x, **given):
    """One look: evidence zero, but for the named tracks (`metric_variant_kind`)."""
    row = np.zeros((1, len(tracks(x))))
    for name, value in given.items():
        row[0, track(x, *name.split("_", 2))] = value
    return row


@pytest.mark.parametrize(
    ("multiplicity", "expected"),
    [
        ("none", [5.0, 3.0]),
        ("closed", [np.log((np.exp(5) + np.exp(3)) / 2), 3.0]),
        ("holm", [5.0 - np.log(2), 3.0]),
        ("bonferroni", [5.0 - np.log(2), 3.0 - np.log(2)]),
    ],
)
def test_the_variants_of_a_primary_share_its_level(multiplicity, expected):
    x = experiment(BOUGHT, statistics={"multiplicity": multiplicity}, **ARMS)
    given = logs(x, bought_bold_better=5, bought_wide_better=3, bought_bold_harm=1, bought_bold_futility=4)
    out = adjusted([x], given, given)
    columns = [track(x, "bought", variant, "better") for variant in ("bold", "wide")]
    assert out[0, columns] == pytest.approx([min(5.0, expected[0]), expected[1]], abs=1e-9)
    assert out[0, track(x, "bought", "bold", "futility")] == 4


def test_averages_look_at_the_evidence_and_p_values_at_its_maximum():
    for multiplicity, expected in (("closed", 0), ("holm", 6 - np.log(2))):
        x = experiment(BOUGHT, statistics={"multiplicity": multiplicity}, **ARMS)
        out = adjusted([x], logs(x), logs(x, bought_bold_better=6))
        assert out[0, track(x, "bought", "bold", "better")] == pytest.approx(expected, abs=1e-9)


def test_evidence_beyond_the_range_of_p_values_is_still_large():
    x = experiment(BOUGHT, statistics={"multiplicity": "holm"}, **ARMS)
    out = adjusted([x], logs(x), logs(x, bought_bold_better=9e4, bought_wide_better=-9e4))
    assert out[0, track(x, "bought", "bold", "better")] == pytest.approx(700 - np.log(2))
    assert out[0, track(x, "bought", "wide", "better")] == 0


def test_one_variant_shares_with_nobody():
    x = experiment(BOUGHT)
    given = logs(x, bought_bold_better=5)
    assert adjusted([x], given, given) is not given
    assert (adjusted([x], given, given) == given).all()


@pytest.mark.parametrize("role", ["secondary", "guardrail"])
def test_only_the_variants_of_a_primary_share_a_level(role):
    x = experiment(BOUGHT, BOUGHT | {"id": "beside", "role": role}, **ARMS)
    given = logs(x, beside_bold_harm=5, beside_bold_better=5)
    out = adjusted([x], given, given)
    assert [out[0, track(x, "beside", "bold", kind)] for kind in ("harm", "better")] == [5, 5]


def test_harm_on_any_of_several_primaries_shares_the_level_between_them():
    x = experiment(BOUGHT, BOUGHT | {"id": "sold"}, HARMED)
    best = logs(x, bought_bold_harm=5, sold_bold_harm=3, left_bold_harm=4, bought_bold_better=6)
    out = any_primary([x], best)
    found = {name: out[0, track(x, *name.split("_"))] for name in ("bought_bold_harm", "sold_bold_harm")}
    assert found == pytest.approx({"bought_bold_harm": 5 - np.log(2), "sold_bold_harm": 3})
    assert out[0, track(x, "left", "bold", "harm")] == 4
    assert out[0, track(x, "bought", "bold", "better")] == 6


def test_a_single_primary_shares_with_nobody():
    x = experiment(BOUGHT, HARMED)
    best = logs(x, bought_bold_harm=5, left_bold_harm=4)
    assert (any_primary([x], best) == best).all()


def test_all_looks_at_once_are_the_looks_one_by_one():
    x = experiment(BOUGHT, HARMED, SPENT | {"role": "secondary"}, **ARMS)
    rows = [
        totals(
            x,
            (n, n, n + 9),
            bought=(n // 9, n // 5, n // 7),
            left=(3, 4, 5),
            spent=((n // 2, 3), (n // 3, 4), (n // 2, 5)),
        )
        for n in range(20, 500, 60)
    ]
    together = evidence([x], [np.array(rows, dtype=object)])
    assert (together == np.vstack([evidence([x], [np.array([row], dtype=object)]) for row in rows])).all()


def test_evidence_is_rounded_and_has_no_minus_zero():
    x = experiment(BOUGHT, SPENT)
    found = evidence([x], [np.array([totals(x, (0, 0)), totals(x, (900, 800), bought=(100, 150))], dtype=object)])
    assert (found == np.round(found, 9)).all()
    assert not np.signbit(found[0]).any()
