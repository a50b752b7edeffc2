"""A plan on a terminal."""

from collections.abc import Iterator
from math import isfinite

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from streams.core.schema import DAY
from streams.lab.planning.answer import Object, Plan, as_object

NEVER = "-"
SPREADS = ("units", "10/50/90 %"), ("days", "10/50/90 %")


def show(console: Console, plan: Plan) -> None:
    """Print the question, the table and what to make of it."""
    console.print(Group(_question(plan), _table(plan), *_remarks(plan)))


def _question(plan: Plan) -> Text:
    q = plan.question
    control, treatment = q.arms
    effect = q.side * q.effect
    return Text.assemble(
        (f"{q.experiment} {q.metric}".strip(), "bold"),
        f": {treatment.key} against {control.key}, from {q.baseline:g} to {q.baseline + effect:g}",
        f" ({100 * effect / q.baseline:+.3g} %)\n",
        f"two-sided alpha {q.alpha:g}, power {1 - q.beta:g}; ",
        f"each unit is counted {q.wait / DAY:.3g} d after it enters\n",
        f"{q.units_per_day:,.0f} units a day for {q.max_runtime / DAY:g} d, {q.share:.0%} of them in these two arms\n",
    )


def _table(plan: Plan) -> Table:
    end = f"{plan.question.max_runtime / DAY:g} d"
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("method")
    for first, second in (*SPREADS, ("power", end), ("detects", end), ("×", "fixed"), ("days if", "equal")):
        table.add_column(f"{first}\n{second}", justify="right")
    for row in as_object(plan)["methods"]:
        decides = row["method"] == plan.question.method
        table.add_row(*_row(row, " *" if decides else ""), style="bold" if decides else "")
    return table


def _row(row: Object, mark: str) -> list[str]:
    fixed = row["units"]["p10"] == row["units"]["p90"]
    shown = ("p50",) if fixed else ("p10", "p50", "p90")
    return [
        row["method"] + mark,
        "/".join(_compact(row["units"][p]) for p in shown),
        "/".join(_number(row["days"][p], ".1f") for p in shown),
        f"{row['power']:.0%}",
        _number(row["detectable"]["relative"], ".2%"),
        _number(row["of_fixed_sample"], ".2f"),
        _number(row["days_without_effect"], ".1f"),
    ]


def _remarks(plan: Plan) -> Iterator[Text]:
    planner, cost = plan.planner, plan.question.cost(plan.chosen.declaring.quantile(0.5))
    yield Text(f"* decides; {planner.runs:,} simulated experiments, seed {planner.seed}", style="dim")
    if cost:
        yield Text(
            "cost until half of such experiments have stopped: "
            + ", ".join(f"{n:,.0f} {what}" for what, n in cost.items())
        )
    yield from (Text(f"note: {note}", style="dim") for note in plan.question.notes)
    if plan.underpowered:
        yield Text(f"underpowered: {advice(plan)}", style="yellow")


def advice(plan: Plan) -> str:
    """How likely the MDE is found, and what would make it likelier."""
    q, chosen = plan.question, plan.chosen
    wanted, days = 1 - q.beta, q.days(chosen.declaring.quantile(1 - q.beta))
    enough = [f"{days - q.wait / DAY:.0f} days of entering units"] if isfinite(days) else []
    enough += [f"an MDE of {chosen.detectable / q.baseline:.1%}"] if isfinite(chosen.detectable) else []
    fix = " or ".join(enough) or "more units a day"
    return f"{q.method} finds the MDE in {chosen.power:.0%} of such experiments, not {wanted:.0%}; choose {fix}"


def _compact(units: float | None) -> str:
    if units is None:
        return NEVER
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if units >= size * 10:
            return f"{units / size:,.0f}{letter}"
    return f"{units:,.0f}"


def _number(number: float | None, form: str) -> str:
    return NEVER if number is None else format(number, form)
