"""The null hypothesis of each test, in words."""

from streams.core.definition import Metric
from streams.core.schema import Size


def null_in_words(metric: Metric, kind: str) -> str:
    """What is rejected when the test of this kind reaches its threshold."""
    margin = in_words(metric.spec.margin) if metric.spec.margin else None
    return {
        "early_better": "not better",
        "early_worse": "not worse",
        "superiority": "no difference",
        "harm": f"not worse by more than {margin}" if margin else "not worse",
        "non_inferiority": f"worse by {margin} or more",
        "equivalence": f"different by {margin} or more",
        "futility": f"better by {in_words(metric.spec.mde)} or more",
    }[kind]


def in_words(size: Size) -> str:
    """A size as people write it: 0.002, or 5 %."""
    return f"{size.absolute:g}" if size.absolute is not None else f"{100 * (size.relative or 0):g} %"
