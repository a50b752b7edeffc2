"""What the matured units of a variant come to: the integer cells of every type of metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from streams.audit.counting.definitions import Metric

RATES = ("binary", "retention")
QUARTERS = range(-16, 17)

Cells = Mapping[str, int]


@dataclass(frozen=True)
class Row:
    """A unit: any event in the window, one of its own that stands, sums by part in millionths, and the covariate."""

    acted: bool
    converted: bool
    sums: Sequence[int]
    x: int = 0


def cells_of(metric: Metric, rows: Sequence[Row]) -> Cells:
    """Cells by name, but for those that do not wait for maturity."""
    converted = sum(row.converted for row in rows)
    if metric.type in RATES:
        expired = sum(not row.acted for row in rows)
        return {"expired": expired, "matured": len(rows), "matured_converted": converted}
    common = {"matured": len(rows), "converted": converted}
    if metric.type == "quantile":
        assert metric.threshold is not None
        above = sum(row.sums[0] > metric.threshold for row in rows)
        return common | {"above": above} | histogram(metric.threshold, [row.sums[0] for row in rows])
    return common | power_sums(metric, rows)


def power_sums(metric: Metric, rows: Sequence[Row]) -> dict[str, int]:
    """Of amounts and ratios."""
    uncapped = [row.sums[0] for row in rows]
    y = uncapped if metric.cap is None else [min(one, metric.cap) for one in uncapped]
    out = {"sum": sum(y), "squares": sum(one**2 for one in y)}
    if metric.type == "ratio":
        below = [row.sums[1] for row in rows]
        return out | {"nonzero": sum(one > 0 for one in below)} | with_another(y, below)
    out |= {"nonzero": sum(one > 0 for one in y), "capped": sum(a > b for a, b in zip(uncapped, y, strict=True))}
    return out | with_another(y, [row.x for row in rows]) if metric.covariate else out


def with_another(y: Sequence[int], x: Sequence[int]) -> dict[str, int]:
    """Moments of a second number, and of both together."""
    products = sum(a * b for a, b in zip(x, y, strict=True))
    return {"x_sum": sum(x), "x_squares": sum(one**2 for one in x), "products": products}


def histogram(threshold: int, values: Sequence[int]) -> dict[str, int]:
    """Buckets four to an octave, each up to its border and that border with it."""
    borders = [border(threshold, quarter) for quarter in QUARTERS]
    names = [f"up_to_{quarter}" for quarter in QUARTERS] + ["beyond"]
    places = [sum(value > one for one in borders) for value in values]
    return {name: places.count(place) for place, name in enumerate(names)}


def border(threshold: int, quarter: int) -> Decimal:
    """The threshold times a power of the fourth root of two."""
    with localcontext(prec=60):
        return threshold * Decimal(2) ** (Decimal(quarter) / 4)
