"""`make crash`: the nightly size, with a progress bar, and its page in docs."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from tests.crash import trial
from tests.crash.mutants import Bench
from tests.crash.planted import CONTROL, DEFECTS
from tests.crash.sizes import NIGHTLY, SMALL
from tests.crash.summary import demanded, page
from tests.crash.world import World, world

PAGE = Path(__file__).parents[2] / "docs" / "crash.md"
PATIENCE = 60  # seconds in which a defect has to show


def main():
    """0 if nothing is wrong and every defect is found."""
    options = _parsed()
    size = SMALL if options.small else NIGHTLY
    size = size._replace(seed=options.seed if options.seed is not None else size.seed)
    began, console = time.monotonic(), Console()
    with (
        tempfile.TemporaryDirectory() as folder,
        Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=console) as bar,
        world(size, Path(folder)) as here,
    ):
        outcome = trial.run(here, _shown_by(bar))
        planted = _planted(here, Path(folder) / "bench", bar)
    told = page(size, outcome, planted, time.monotonic() - began)
    options.page.write_text(told)
    console.print(told, markup=False)
    for check, found in outcome.flaws.items():
        console.print(*(f"{check}: {flaw}" for flaw in found[:5]), sep="\n", markup=False)
    short = [what for what, number in demanded(size).items() if outcome.happened[what] < number]
    console.print(*(f"{what}: too seldom" for what in short), sep="\n")
    return 1 if short or any(outcome.flaws.values()) or not all(planted.values()) else 0


def _planted(here, folder, bar):
    """The checks that found each defect."""
    folder.mkdir()
    bench = Bench(World(here.size.bench, here.broker, here.proxy, folder))
    defects = [*DEFECTS, CONTROL]
    task = bar.add_task("a sound worker", total=len(defects) + 1)
    sound = bench.examine(begins=CONTROL.begins)
    assert sound == [], f"the checks {sound} find something in a sound worker"
    found = {}
    for defect in defects:
        bar.update(task, advance=1, description=defect.name)
        found[defect.name] = bench.examine(defect.prelude, defect.begins, PATIENCE)
    bar.update(task, advance=1)
    return found


def _shown_by(bar):
    task = bar.add_task("begin")
    return lambda done, total, what: bar.update(task, completed=done, total=total, description=what)


def _parsed():
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--small", action="store_true", help="the size that CI runs")
    parser.add_argument("--seed", type=int, help="of events and schedule")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the summary goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
