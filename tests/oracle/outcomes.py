"""What the matured units of a variant come to: as people read it, and as the integer cells of every type of metric.

A row is a unit: `acted` (any event in the window), `converted` (an event of its own that stands), `sums` in millionths
(own, denominator) and the covariate `x`.
"""

from decimal import Decimal, localcontext

from tests.oracle.definitions import MILLION

RATES = ("binary", "retention")


def summary(metric, rows):
    first, below = column(metric, rows), [row["sums"][-1] for row in rows]
    out = {
        "matured": len(rows),
        "conversions": sum(row["converted"] for row in rows),
        "sum": sum(first) / MILLION,
        "mean": sum(first) / (MILLION * len(rows)) if rows else None,
    }
    if metric.type == "ratio":
        mean = sum(first) / sum(below) if any(below) else None
        out |= {"denominator": sum(below) / MILLION, "mean": mean}
    if metric.covariate:
        known = sum(row["x"] for row in rows) / MILLION
        out |= {"covariate": known / len(rows) if rows else None}
    return out


def column(metric, rows):
    """What each unit adds to the sum, in millionths."""
    if metric.type in RATES:
        return [MILLION * row["converted"] for row in rows]
    if metric.type == "quantile":
        return [MILLION * (row["sums"][0] > metric.threshold) for row in rows]
    return [row["sums"][0] if metric.cap is None else min(row["sums"][0], metric.cap) for row in rows]


def cells_of(metric, rows, now):
    converted = sum(row["converted"] for row in rows)
    if metric.type in RATES:
        expired = sum(not row["acted"] for row in rows)
        return {"converted_now": now, "expired": expired, "matured": len(rows), "matured_converted": converted}
    common = {"matured": len(rows), "converted": converted}
    if metric.type == "quantile":
        above = sum(row["sums"][0] > metric.threshold for row in rows)
        return common | {"above": above} | histogram(metric.threshold, [row["sums"][0] for row in rows])
    return common | power_sums(metric, rows)


def power_sums(metric, rows):
    y, uncapped = column(metric, rows), [row["sums"][0] for row in rows]
    out = {"sum": sum(y), "squares": sum(one**2 for one in y)}
    if metric.type == "ratio":
        below = [row["sums"][1] for row in rows]
        return out | {"nonzero": sum(one > 0 for one in below)} | with_another(y, below)
    out |= {"nonzero": sum(one > 0 for one in y), "capped": sum(a > b for a, b in zip(uncapped, y, strict=True))}
    return out | with_another(y, [row["x"] for row in rows]) if metric.covariate else out


def with_another(y, x):
    products = sum(a * b for a, b in zip(x, y, strict=True))
    return {"x_sum": sum(x), "x_squares": sum(one**2 for one in x), "products": products}


def histogram(threshold, values):
    """Buckets four to an octave, each up to its border and that border with it."""
    borders = [border(threshold, quarter) for quarter in range(-16, 17)]
    names = [f"up_to_{quarter}" for quarter in range(-16, 17)] + ["beyond"]
    places = [sum(value > one for one in borders) for value in values]
    return {name: places.count(place) for place, name in enumerate(names)}


def border(threshold, quarter):
    with localcontext(prec=60):
        return threshold * Decimal(2) ** (Decimal(quarter) / 4)
