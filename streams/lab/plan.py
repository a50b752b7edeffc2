"""Plan: how long an experiment takes to find its MDE, by each method, before it starts."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from streams.lab import plots
from streams.lab.planning import answer, asking, options, screen
from streams.lab.planning.question import Question

ENOUGH, UNDERPOWERED = 0, 1


def plan(
    experiments: Path | None,
    given: options.Given,
    *,
    seed: int = 1,
    runs: int = 2_000,
    as_json: bool = False,
    plot: str | None = None,
) -> int:
    """Print a plan of every metric asked about, and draw it if wanted.

    Args:
        experiments: definitions; without them, the options say all.
        given: options by name; None where one was not given.
        seed: of simulated experiments.
        runs: their number.
        as_json: for machines.
        plot: a file to draw into, or "-" for the terminal.

    Returns:
        1 if an experiment is underpowered, otherwise 0.

    Raises:
        DefinitionError: something can't be planned or drawn; with its name and the fix.
    """
    plots.check(plot, as_json=as_json)
    given = options.read(given)
    questions = [asking.of_options(given)] if experiments is None else asking.of_definitions(experiments, given)
    plans = list(_answers(questions, seed, runs))
    if as_json:
        sys.stdout.write(json.dumps({"plans": [answer.as_object(one) for one in plans]}, indent=1) + "\n")
    else:
        _show(plans)
    _draw(plans, plot)
    return UNDERPOWERED if any(one.underpowered for one in plans) else ENOUGH


def _answers(questions: list[Question], seed: int, runs: int) -> Iterator[answer.Plan]:
    with _progress(sum(len(answer.considered(q)) for q in questions)) as progress:
        for question in questions:
            yield answer.answer(question, seed, runs, progress)


def _show(plans: list[answer.Plan]) -> None:
    console = Console(soft_wrap=False, highlight=False)
    for one in plans:
        screen.show(console, one)


def _draw(plans: list[answer.Plan], plot: str | None) -> None:
    if plot is None:
        return
    from streams.lab.planning import figure  # noqa: PLC0415  (the drawing libraries take longest to load)

    if plot == plots.TERMINAL:
        sys.stdout.write("".join(f"{figure.text(one, colours=sys.stdout.isatty())}\n" for one in plans))
    else:
        figure.save(plans, Path(plot))


@contextmanager
def _progress(steps: int) -> Iterator[answer.Progress]:
    """A bar on a terminal, silence elsewhere."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=steps)

        def at(method: str) -> None:
            bar.update(task, description=method, advance=1)

        yield at
