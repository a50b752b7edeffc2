import numpy as np
import pytest

from stats.effects import in_units, mde_as_lift, mde_in_units
from stats.sequential.base import Design, Effect

LIFT, DIFFERENCE = Effect(0.1, relative=True), Effect(0.5)


def test_a_relative_effect_is_a_share_of_the_baseline():
    design = Design(LIFT, baseline=20.0)
    assert [in_units("border", effect, design) for effect in (Effect(-0.2, relative=True), DIFFERENCE)] == [-4.0, 0.5]
    assert [mde_in_units(design), mde_as_lift(design)] == [2.0, 0.1]


def test_an_effect_in_the_metric_s_unit_needs_a_baseline_only_as_a_lift():
    assert mde_in_units(Design(DIFFERENCE)) == 0.5
    assert np.isnan(mde_as_lift(Design(DIFFERENCE)))
    assert mde_as_lift(Design(DIFFERENCE, baseline=20.0)) == 0.025


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (Design(LIFT), r"baseline must be in \(0, inf\) where the mde is relative, got None"),
        (Design(LIFT, baseline=0.0), r"baseline must be in \(0, inf\), got 0"),
        (Design(Effect(0.0)), r"mde must be in \(0, inf\), got 0"),
        (Design(Effect(-0.1, relative=True), baseline=1.0), r"mde must be in \(0, inf\), got -0.1"),
    ],
)
def test_a_design_that_leaves_the_effect_open_is_refused(design, message):
    with pytest.raises(ValueError, match=message):
        mde_in_units(design)


def test_a_relative_border_without_a_baseline_is_refused():
    with pytest.raises(ValueError, match=r"baseline must be in .* where the border is relative, got None"):
        in_units("border", LIFT, Design(DIFFERENCE))
