"""A simulation on a terminal, and for machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isinf
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from stats.arrays import Array
from stats.planning import fixed
from streams.lab.calibration.harness import Rate
from streams.lab.simulation.question import Question
from streams.lab.simulation.trial import Outcome, Result
from streams.lab.simulation.trial import Progress as Tell

Object = dict[str, Any]

COLUMNS = (
    "false\nalarms",
    "95 %\ninterval",
    "finds\nMDE",
    "days:\nmedian",
    "\nmean",
    "days if\nequal",
    "undecided\nequal/MDE",
)
NEVER = "-"


def as_object(question: Question, results: list[Result], runs: int, seed: int) -> Object:
    """All there is to know, as JSON."""
    return {
        "experiment": question.title or None,
        "baseline": question.baseline,
        "treated": question.treated,
        "alpha": question.alpha,
        "days": question.days,
        "runs": runs,
        "seed": seed,
        "fixed_sample": {"days": fixed_days(question), "alpha": question.alpha, "power": 1 - question.beta},
        "methods": [_method(question, result) for result in results],
    }


def fixed_days(question: Question) -> float:
    """Until a fixed sample, at the last share of the ramp, has entered and its windows have closed."""
    noise = fixed.noise_of_rates(question.baseline, question.treated, question.ramp[-1][1])
    units = fixed.units(question.treated - question.baseline, noise, question.alpha, question.beta)
    return units / question.units_per_day + question.window


def _method(question: Question, result: Result) -> Object:
    return {
        "method": result.method.test,
        "reading": result.method.reading,
        "false_alarms": _rate(result.same.false_alarms),
        "keeps_its_promise": result.same.false_alarms.keeps(question.alpha),
        "power": _rate(result.better.found),
        "days_with_effect": _days(question, result.better),
        "days_without_effect": _days(question, result.same),
        "undecided_with_effect": result.better.undecided.share,
        "undecided_without_effect": result.same.undecided.share,
    }


def _rate(rate: Rate) -> Object:
    low, high = rate.wilson()
    return {"rate": rate.share, "low": low, "high": high}


def _days(question: Question, outcome: Outcome) -> Object:
    """Quantiles, null beyond the end; the mean counts who never decides with the whole runtime."""
    quantiles = {f"p{q}": _finite(np.quantile(outcome.stops, q / 100, method="higher")) for q in (10, 50, 90)}
    return quantiles | {"mean": float(_spent(question, outcome.stops).mean())}


def _spent(question: Question, stops: Array) -> Array:
    return np.minimum(stops, question.days)


def _finite(days: float) -> float | None:
    return None if isinf(days) else float(days)


def show(console: Console, question: Question, told: Object) -> None:
    """Print the question, a row for each method, and the fixed sample to compare with."""
    console.print(_heading(question, told))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("\nmethod")
    for title in COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    for row in told["methods"]:
        table.add_row(*_cells(row), style="" if row["keeps_its_promise"] else "red")
    console.print(table)
    console.print(Text.assemble(*_remarks(question, told), style="dim"))


def _heading(q: Question, told: Object) -> Text:
    effect = f"{q.mde.size:.3g}" + (" of it" if q.mde.relative else "")
    stages = ", ".join(f"{share:.0%} from day {start:g}" for start, share in q.ramp)
    return Text.assemble(
        (q.title or "a yes-or-no metric", "bold"),
        f": {q.baseline:g} in control, MDE {effect};",
        f" {told['runs']:,} experiments without an effect and as many with it\n",
        f"{q.units_per_day:,.0f} units a day for {q.days:g} d, treated: {stages};",
        f" conversions after {q.delay:.3g} d on average, within {q.window:.3g} d; {q.looks} looks\n",
    )


def _cells(row: Object) -> Iterator[str]:
    alarms, with_effect, without = row["false_alarms"], row["days_with_effect"], row["days_without_effect"]
    yield label(row["method"], row["reading"])
    yield f"{alarms['rate']:.1%}"
    yield f"{100 * alarms['low']:.1f}-{alarms['high']:.1%}"
    yield f"{row['power']['rate']:.0%}"
    yield _number(with_effect["p50"])
    yield _number(with_effect["mean"])
    yield _number(without["p50"])
    yield f"{row['undecided_without_effect']:.0%}/{row['undecided_with_effect']:.0%}"


def label(test: str, reading: str) -> str:
    """A method by its test, and the reading if it is not the usual one."""
    return test if reading == "matured" else f"{test}, {reading}"


def _number(days: float | None) -> str:
    return NEVER if days is None else f"{days:.1f}"


def _remarks(q: Question, told: Object) -> Iterator[str]:
    days = told["fixed_sample"]["days"]
    yield f"a fixed sample with power {1 - q.beta:.0%} needs {days:.1f} d, and allows one look; seed {told['seed']}"
    if broken := [row["method"] for row in told["methods"] if not row["keeps_its_promise"]]:
        yield f"\nin red: more false alarms than alpha {q.alpha:g} allows ({', '.join(broken)})"


@contextmanager
def progress(console: Console) -> Iterator[Tell]:
    """A bar on a terminal, silence elsewhere."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
