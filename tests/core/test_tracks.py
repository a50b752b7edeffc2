"""Which tests an experiment has, and where each declares."""

import numpy as np
import pytest

from streams.core.claims import kinds
from streams.core.tracks import tracks
from tests.core.samples import BOUGHT, HARMED, SPENT, experiment, track, variants

ARMS = {"assignment": {"variants": variants(0.4, 0.3, 0.3)}}
RUNBOOK = {"metadata": {"id": "demo", "owner": {"name": "Ada"}, "runbook": "https://example.org/rb"}}
SPRT = {"statistics": {"method": {"bought": "sprt"}}}
LEVELS = {"alpha": 0.04, "beta": 0.25, "guardrail_alpha": 0.02}


def threshold(x, name):
    """What the evidence is compared with, as odds."""
    return pytest.approx(np.exp(tracks(x)[track(x, *name.split("."))].threshold), rel=1e-12)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (BOUGHT, "early early_better early_worse superiority better harm futility"),
        (BOUGHT | {"type": "retention"}, "early early_better early_worse superiority better harm futility"),
        (HARMED, "early early_better early_worse non_inferiority harm"),
        (HARMED | {"test": "equivalence"}, "early early_better early_worse equivalence harm"),
        (SPENT, "superiority better harm futility"),
        (SPENT | {"test": "non_inferiority", "margin": {"absolute": 1}}, "non_inferiority harm"),
    ],
)
def test_a_metric_has_the_tests_of_its_question(metric, expected):
    x = experiment(metric | {"role": "primary"})
    assert " ".join(kinds(x.metrics[0])) == expected


def test_the_sample_ratio_comes_first_then_metrics_variants_and_kinds():
    x = experiment(BOUGHT, SPENT, **ARMS)
    order = [(t.metric, t.variant) for t in tracks(x)]
    assert (tracks(x)[0].kind, order[0]) == ("srm", (-1, -1))
    assert order[1:] == [(0, 1)] * 7 + [(0, 2)] * 7 + [(1, 1)] * 4 + [(1, 2)] * 4
    assert {t.reading for t in tracks(x)} == {"early", "matured"}
    assert {t.kind for t in tracks(x) if t.reading == "early"} == {"early", "early_better", "early_worse"}


def test_each_test_declares_at_its_own_level():
    x = experiment(BOUGHT, HARMED, SPENT, statistics=LEVELS | {"srm": {"alpha": 0.005}})
    assert np.exp(tracks(x)[0].threshold) == pytest.approx(200)
    assert [threshold(x, f"bought.bold.{kind}") for kind in ("superiority", "better", "harm", "futility")] == [
        25,
        50,
        50,
        4,
    ]
    assert [threshold(x, f"bought.bold.{kind}") for kind in ("early", "early_better", "early_worse")] == [25, 50, 50]
    assert [threshold(x, f"left.bold.{kind}") for kind in ("non_inferiority", "harm", "early_worse")] == [50, 50, 100]
    assert [threshold(x, f"spent.bold.{kind}") for kind in ("better", "harm", "futility")] == [50, 50, 4]


def test_a_guardrail_that_may_act_on_both_readings_halves_its_level():
    x = experiment(BOUGHT, HARMED | {"early_action": "pause"}, statistics=LEVELS, **RUNBOOK)
    assert [threshold(x, f"left.bold.{kind}") for kind in ("non_inferiority", "harm", "early_worse")] == [100, 100, 200]
    assert threshold(x, "bought.bold.better") == 50


def test_the_sequential_ratio_test_asks_in_one_direction():
    x = experiment(BOUGHT | {"baseline": {"mean": 0.1}}, **SPRT)
    assert [threshold(x, f"bought.bold.{kind}") for kind in ("superiority", "better", "futility")] == [20, 20, 5]
