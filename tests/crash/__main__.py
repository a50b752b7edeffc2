"""`make crash`: the nightly size, told step by step, and its page in docs if all is well."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.crash import trial
from tests.crash.mutants import Bench
from tests.crash.planted import BEGINNINGS, CONTROL, DEFECTS
from tests.crash.sizes import NIGHTLY, SMALL
from tests.crash.summary import demanded, page
from tests.crash.world import World, world

PAGE = Path(__file__).parents[2] / "docs" / "crash.md"
PATIENCE = 60  # seconds in which a defect has to show


def main():
    """0 if nothing is wrong and every defect is found; else a folder keeps the page, what was told, and all logs."""
    options = _parsed()
    size = SMALL if options.small else NIGHTLY
    size = size._replace(seed=options.seed if options.seed is not None else size.seed)
    folder = Path(tempfile.mkdtemp(prefix="peekproof-crash-"))
    tell = Teller(folder / "told.txt")
    tell(f"seed {size.seed}; everything is kept in {folder} unless all is well")
    wrong, told = run(size, folder, tell)
    for flaw in wrong:
        tell(flaw)
    (folder / "page.md" if wrong else options.page).write_text(told)
    if not wrong:
        shutil.rmtree(folder)
    show(told)
    return 1 if wrong else 0


class Teller:
    """Tells whoever watches, and whoever reads the file later, what happens when."""

    def __init__(self, file):
        self._file, self._began = file, time.monotonic()

    def __call__(self, what):
        line = f"{self.seconds:7.1f} s  {what}"
        show(line)
        with self._file.open("a") as file:
            file.write(line + "\n")

    @property
    def seconds(self):
        return time.monotonic() - self._began


def show(text):
    """Whatever comes after: somebody may wait for it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(size, folder, tell):
    """What is wrong, and the page."""
    with world(size, folder) as here:
        outcome = trial.run(here, tell)
        for check, found in outcome.flaws.items():
            tell(f"{check}: {len(found)} flaws")
        planted = _planted(here, folder / "bench", tell)
    return [*_wrong(size, outcome, planted)], page(size, outcome, planted, tell.seconds)


def _wrong(size, outcome, planted):
    for check, found in outcome.flaws.items():
        yield from (f"{check}: {flaw}" for flaw in found)
    for what, number in demanded(size).items():
        if outcome.happened[what] < number:
            yield f"{what}: {outcome.happened[what]}, of {number} that were demanded"
    yield from (f"nothing finds a worker that {defect}" for defect, found in planted.items() if not found)


def _planted(here, folder, tell):
    """The checks that found each defect."""
    folder.mkdir()
    bench = Bench(World(here.size.bench, here.broker, here.proxy, folder))
    for begins in BEGINNINGS:
        tell(f"a sound worker that begins with: {begins}")
        sound = bench.examine(begins=begins)
        assert sound == [], f"the checks {sound} find something in a sound worker"
    found = {}
    for defect in [*DEFECTS, CONTROL]:
        tell(f"a worker that {defect.name}")
        found[defect.name] = bench.examine(defect.prelude, defect.begins, PATIENCE)
    return found


def _parsed():
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--small", action="store_true", help="the size that CI runs")
    parser.add_argument("--seed", type=int, help="of events and schedule")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the summary goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
