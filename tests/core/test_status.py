"""What the tests say of a metric and a variant once several have fired."""

import pytest

from tests.core.samples import BOUGHT, HARMED, experiment, reached, variants

BOUNDED = HARMED | {"id": "stayed", "test": "equivalence"}
X = experiment(BOUGHT, HARMED, BOUNDED, assignment={"variants": variants(0.4, 0.3, 0.3)})


@pytest.mark.parametrize(
    ("metric", "fired", "status"),
    [
        ("bought", [], "undecided"),
        ("bought", ["superiority"], "undecided"),
        ("bought", ["better"], "winner"),
        ("bought", ["harm"], "harmful"),
        ("bought", ["futility"], "futile"),
        ("bought", ["better", "harm"], "harmful"),
        ("bought", ["better", "futility"], "winner"),
        ("bought", ["early", "early_better", "early_worse"], "undecided"),
        ("left", ["non_inferiority"], "non_inferior"),
        ("left", ["non_inferiority", "harm"], "harmful"),
        ("stayed", ["equivalence"], "equivalent"),
        ("stayed", ["equivalence", "harm"], "harmful"),
    ],
)
def test_the_strongest_of_what_fired_is_the_status(metric, fired, status):
    statuses = reached(X, *(f"{metric}.bold.{kind}" for kind in fired))
    m = ["bought", "left", "stayed"].index(metric)
    assert (statuses.matured(m, 1), statuses.matured(m, 2)) == (status, "undecided")


@pytest.mark.parametrize(
    ("fired", "status"),
    [
        ([], "undecided"),
        (["better", "harm", "futility", "early"], "undecided"),
        (["early_better"], "winner"),
        (["early_worse"], "harmful"),
        (["early_better", "early_worse"], "harmful"),
    ],
)
def test_the_early_reading_has_a_status_of_its_own(fired, status):
    statuses = reached(X, *(f"bought.wide.{kind}" for kind in fired))
    assert (statuses.early(0, 2), statuses.early(0, 1)) == (status, "undecided")


def test_a_broken_split_suspends_everything():
    statuses = reached(X, "srm", "bought.bold.better", "bought.bold.early_worse")
    assert statuses.suspended
    assert {statuses.matured(m, v) for m in range(3) for v in (1, 2)} == {"suspended"}
    assert {statuses.early(m, v) for m in range(3) for v in (1, 2)} == {"suspended"}
