"""The calibration as a page: dated, with seed and versions, and nothing that depends on the machine."""

from collections.abc import Iterable
from importlib.metadata import version
from platform import python_version

from streams.lab.calibration.figure import Figure, Row
from streams.lab.calibration.harness import Rate, limit
from streams.lab.calibration.pair import ALPHA, Pair
from streams.lab.calibration.traps import Trap

LIMITS = 2_000, 20_000, 200_000
LEVELS = 0.05, 0.01, 0.001


def page(
    date: str, seed: int, share: float, traps: list[tuple[Trap, Pair]], figures: list[tuple[Figure, list[Row]]]
) -> str:
    """Markdown."""
    parts = [_head(date, seed, share), _limits(), _traps(traps), *(_figure(*figure) for figure in figures)]
    return "\n".join(parts) + f"\n{NOTES}"


def _head(date: str, seed: int, share: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("peekproof", "numpy", "scipy"))
    size = "" if share == 1 else f" Quick: {share:.0%} of the runs."
    return f"""# Calibration

Written by `make calibrate` on {date}: seed {seed}, {versions}, Python {python_version()}.{size}

Rates are given with their 95 % Wilson interval. "Found before" is what an earlier, independent study found; the notes
at the end explain the differences. "At most" is what the harness passes.
"""


def _limits() -> str:
    rows = ([f"{runs:,}", *(f"{limit(runs, alpha):,}" for alpha in LEVELS)] for runs in LIMITS)
    return _section(
        "What the harness passes",
        "Most rejections; a method that keeps its promise shows more with a chance below one in a thousand.",
        ("runs", *(f"alpha {alpha:g}" for alpha in LEVELS)),
        rows,
    )


def _traps(traps: list[tuple[Trap, Pair]]) -> str:
    rows = (
        [
            trap.wrong,
            " / ".join(given or "-" for given in trap.given),
            f"{pair.wrong}: {_ruling(pair.wrong.keeps(ALPHA))}",
            trap.right,
            f"{pair.right}: {_ruling(pair.right.keeps(ALPHA))}",
        ]
        for trap, pair in traps
    )
    about = "False alarms at alpha 0.05 where nothing happens. Every wrong way must be refused, every right one pass."
    return _section("Traps", about, ("wrong way", "found before", "found", "right way", "found"), rows)


def _ruling(passes: bool) -> str:
    return "passed" if passes else "**refused**"


def _figure(figure: Figure, rows: list[Row]) -> str:
    return _section(figure.title, figure.about, ("of", "found before", "at most", "found"), map(_cells, rows))


def _cells(row: Row) -> list[str]:
    most = ""
    if row.alpha is not None and isinstance(row.found, Rate):
        most = f"{limit(row.found.runs, row.alpha) / row.found.runs:.4f}"
    return [row.of, row.given, most, f"{row.found}{'' if row.holds else ' **not as it should be**'}"]


def _section(title: str, about: str, header: tuple[str, ...], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return f"## {title}\n\n{about}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


NOTES = """## Where the figures found before differ

- **Bursts.** The wrong way fails as before for a bet with one centre, looked at after every event, on several bursts.
  On a single burst, or for the mixture over six centres with a look a slot, it stays below 5 %. So does a mixture
  test of current rates: after one burst its z is a stationary process in the logarithm of the conversions, and
  crosses as often forwards as backwards in time. What fails there is the usual z, day by day: the row below.
- **Repeats.** What five events a converter do depends on how many converters are looked at and on the law of the
  events: with a Poisson law, 35 % at 50 converters and 75 % at 500; here it is geometric, with 1,000.
- **Spending.** 7.2 % is the error of alpha(t) = 2 (1 - Phi(1.96 / sqrt t)) taken for the level of each of 14 equally
  spaced looks (exactly 7.21 %). Spending twice the one-sided function at alpha / 2, as a two-sided test here does, it
  is 6.69 %.
- **Not worse by a margin.** The .038 needs a look at every event: 320 runs gave .031 with an MDE of 10 % and .044 with
  one of 20 %. Ten looks a day miss some of the peaks.
- **Days of stopping.** Medians of 300 runs have a standard error of about half a day. With constant rates those of
  .10 and .40 are found again; those of .02 lie between constant rates and rates that drift upwards, of which there
  are more conversions.
- **Amounts without cap and gate.** How bad it is depends on the allocation, the prior and the looks: 15 to 25 % with
  nine of ten treated, 35 to 50 % with nineteen of twenty.
"""
