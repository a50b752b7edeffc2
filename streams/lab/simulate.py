"""Simulate: what each method would do on experiments such as the user's."""

import json
import sys
from pathlib import Path

from rich.console import Console

from streams.lab import plots
from streams.lab.planning.options import Given
from streams.lab.simulation import screen
from streams.lab.simulation.asking import ask
from streams.lab.simulation.question import Question
from streams.lab.simulation.trial import Result, run


def simulate(
    experiments: Path | None,
    given: Given,
    *,
    runs: int = 500,
    seed: int = 1,
    as_json: bool = False,
    plot: str | None = None,
) -> int:
    """Ask, simulate and tell.

    Args:
        experiments: definitions; without them, the options say all.
        given: options by name; None where one was not given.
        runs: experiments without an effect, and as many with it.
        seed: of them.
        as_json: for machines.
        plot: a file to draw into, or "-" for the terminal.

    Returns:
        0, whatever is found.

    Raises:
        DefinitionError: naming the option and the fix.
    """
    plots.check(plot, as_json=as_json)
    told = []
    for number, question in enumerate(ask(experiments, given)):
        with screen.progress(Console(stderr=True)) as progress:
            results = run(question, runs, seed, progress)
        told.append(screen.as_object(question, results, runs, seed))
        if not as_json:
            screen.show(Console(highlight=False), question, told[-1])
        _draw(question, results, plot, number)
    if as_json:
        sys.stdout.write(json.dumps({"simulations": told}, indent=1) + "\n")
    return 0


def _draw(question: Question, results: list[Result], plot: str | None, number: int) -> None:
    """The first question takes the name given, later ones add a number to it."""
    if plot is None:
        return
    from streams.lab.simulation import figure  # noqa: PLC0415  (the drawing libraries take longest to load)

    if plot == plots.TERMINAL:
        sys.stdout.write(figure.text(question, results, colours=sys.stdout.isatty()) + "\n")
    else:
        file = Path(plot)
        figure.save(question, results, file.with_stem(f"{file.stem}-{number + 1}") if number else file)
