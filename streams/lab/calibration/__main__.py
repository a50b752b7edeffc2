"""`python -m streams.lab.calibration`: run the long calibration and write its page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from streams.lab.calibration import discoveries, errors, pathologies, speed, truths
from streams.lab.calibration.figure import Figure, Setting
from streams.lab.calibration.pair import Pair
from streams.lab.calibration.report import page
from streams.lab.calibration.traps import TRAPS, Trap

FIGURES = errors.FIGURES + speed.FIGURES + truths.FIGURES + pathologies.FIGURES + discoveries.FIGURES
QUICK = 0.05
RUNS_OF_TRAP = 5  # times those that are enough to see it


def main(
    out: Annotated[Path, typer.Option(help="The page.")] = Path("docs/calibration.md"),
    seed: Annotated[int, typer.Option(help="The same seed gives the same page.", min=0)] = 20_250_310,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A twentieth of the runs.")] = False,
) -> None:
    """Measure every method against what it promises; exit code 1 if a promise is broken or a trap not seen."""
    setting = Setting(seed, QUICK if quick else 1.0)
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        traps = [(trap, _trial(trap, name, setting)) for name, trap in bar.track(TRAPS.items(), description="traps")]
        figures = [(figure, list(figure.rows(setting))) for figure in _told(bar)]
    out.write_text(page(datetime.now(UTC).date().isoformat(), seed, setting.share, traps, figures), encoding="utf-8")
    typer.echo(out)
    sound = all(pair.sound for _, pair in traps) and all(row.holds for _, rows in figures for row in rows)
    raise typer.Exit(0 if sound else 1)


def _trial(trap: Trap, name: str, setting: Setting) -> Pair:
    return trap.trial(max(trap.runs, setting.runs(RUNS_OF_TRAP * trap.runs)), setting.rng("trap", name))


def _told(bar: Progress) -> Iterator[Figure]:
    task = bar.add_task("figures", total=len(FIGURES))
    for figure in FIGURES:
        bar.update(task, description=figure.title)
        yield figure
        bar.advance(task)


if __name__ == "__main__":
    typer.run(main)
