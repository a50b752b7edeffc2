"""Decisions by day, as a picture or in a terminal."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import plotext
from matplotlib.figure import Figure

from stats.arrays import Array
from streams.lab.simulation.question import Question
from streams.lab.simulation.screen import fixed_days, label
from streams.lab.simulation.trial import Result, look_days

INCHES, DOTS = (11.0, 4.5), 120
TERMINAL = 88, 18  # columns and rows
FOUND, ALARMS = "finds the MDE", "false alarms without an effect"


def save(question: Question, results: list[Result], file: Path) -> None:
    """Draw what is found, and the false alarms, by day into a file of the kind its name says."""
    figure = Figure(INCHES, layout="constrained")
    found, alarms = figure.subplots(1, 2)
    for panel, what in ((found, FOUND), (alarms, ALARMS)):
        for method, share in _curves(results, what):
            panel.step(look_days(question), share, where="post", label=method)
        panel.set(title=what, xlabel="days", ylabel="share of experiments", xlim=(0, question.days), ylim=(0, None))
    found.axvline(fixed_days(question), color="grey", linestyle="--", label="fixed sample")
    found.set(xlim=(0, max(question.days, fixed_days(question))))
    alarms.axhline(question.alpha, color="grey", linestyle="--", label="alpha")
    for panel in (found, alarms):
        panel.legend(loc="upper left", fontsize="small")
    figure.suptitle(question.title or f"baseline {question.baseline:g}, to {question.treated:.4g}")
    figure.savefig(file, dpi=DOTS)


def text(question: Question, results: list[Result], *, colours: bool) -> str:
    """The same in characters, one plot after the other; each method has a digit."""
    drawn = "\n".join(_text(question, results, what) for what in (FOUND, ALARMS))
    key = "  ".join(f"{number} {label(*result.method)}" for number, result in enumerate(results, start=1))
    return f"{drawn if colours else plotext.uncolorize(drawn)}\n{key}"


def _text(question: Question, results: list[Result], what: str) -> str:
    columns, rows = TERMINAL
    plotter, days = plotext.figure.clear().plot_size(columns, rows), list(look_days(question))
    for number, (_, share) in enumerate(_curves(results, what), start=1):
        plotter.draw(plotter.signal(days, list(share), marker=str(number)))
    plotter.title(what).label("days", "x").theme("simple")
    plotter.legend(active=False)
    return str(plotter.build())


def _curves(results: list[Result], what: str) -> Iterator[tuple[str, Array]]:
    """A label, and the share of runs by look, for each method."""
    for result in results:
        course = result.better.course.better if what == FOUND else result.same.course.different
        yield label(*result.method), np.maximum.accumulate(course, axis=0).mean(axis=1)
