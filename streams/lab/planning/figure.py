"""Power against days, as a picture or in a terminal."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import plotext
from matplotlib.figure import Figure

from stats.arrays import Array
from streams.lab.planning.answer import Plan

INCHES, DOTS = (9.0, 5.0), 120
TERMINAL = 96, 24  # columns and rows


def save(plans: list[Plan], file: Path) -> None:
    """Draw one panel a plan into a file of the kind its name says."""
    width, height = INCHES
    figure = Figure((width, height * len(plans)), layout="constrained")
    for panel, plan in zip(figure.subplots(len(plans), squeeze=False)[:, 0], plans, strict=True):
        for method, days, power in _curves(plan):
            decides = method == plan.question.method
            panel.plot(days, power, label=method, linewidth=2.5 if decides else 1.2, zorder=3 if decides else 2)
        panel.axvline(_end(plan), color="grey", linestyle="--", label="max_runtime, all counted")
        panel.axhline(1 - plan.question.beta, color="grey", linestyle=":")
        panel.set(
            title=_title(plan), xlabel="days", ylabel="found the MDE by then", ylim=(0, 1), xlim=(0, _reach(plan))
        )
        panel.legend(loc="lower right", fontsize="small")
    figure.savefig(file, dpi=DOTS)


def text(plan: Plan, *, colours: bool) -> str:
    """The same in characters: each method has a digit."""
    columns, rows = TERMINAL
    plotter, days = plotext.figure.clear().plot_size(columns, rows), np.linspace(0, _reach(plan), columns - 10)
    for number, (_, at, power) in enumerate(_curves(plan), start=1):
        known = days <= at[-1]
        points = list(days[known]), list(np.interp(days[known], at, power, left=0))
        plotter.draw(plotter.signal(*points, marker=str(number)))
    plotter.line(_end(plan), orientation=1)
    plotter.title(f"{_title(plan)}, found by then").label("days", "x").theme("simple")
    plotter.ruler("y").lim(0, 1)
    plotter.legend(active=False)
    drawn, key = plotter.build(), "  ".join(f"{i} {one.method}" for i, one in enumerate(plan.outlooks, start=1))
    return f"{drawn if colours else plotext.uncolorize(drawn)}\n{key}; the line: max_runtime, all counted"


def _curves(plan: Plan) -> Iterator[tuple[str, Array, Array]]:
    for outlook in plan.outlooks:
        days = np.array([plan.question.days(units) for units in outlook.declaring.units])
        yield outlook.method, days, outlook.declaring.stopped


def _end(plan: Plan) -> float:
    return plan.question.days(plan.planner.horizon)


def _reach(plan: Plan) -> float:
    """To the end, or to where nearly all have stopped if that is much sooner."""
    latest = max(plan.question.days(min(o.declaring.quantile(0.9), plan.planner.horizon)) for o in plan.outlooks)
    return 1.1 * max(latest, min(_end(plan), 2 * latest))


def _title(plan: Plan) -> str:
    q = plan.question
    return f"{q.experiment} {q.metric}: {100 * q.side * q.effect / q.baseline:+.3g} %".strip()
