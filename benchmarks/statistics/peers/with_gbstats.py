"""gbstats (GrowthBook): one object a contrast and look, from the sums of both arms."""

from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic
from peer import run


def means(stream):
    sums = zip(stream["n"], stream["total"], stream["squares"], strict=True)
    arms = [[list(zip(*look, strict=True)) for look in zip(*experiment, strict=True)] for experiment in sums]
    config = SequentialConfig(
        difference_type="absolute", alpha=stream["alpha"], sequential_tuning_parameter=stream["tuning"]
    )

    def judge(look):
        control, treated = (SampleMeanStatistic(n=n, sum=total, sum_squares=squares) for n, total, squares in look)
        result = SequentialTwoSidedTTest(control, treated, config).compute_result()
        return [result.p_value, *result.ci]

    return len(arms), len(arms[0]), lambda: [[judge(look) for look in experiment][-1] for experiment in arms]


run({"SequentialTwoSidedTTest": means})
