"""Evaluations per second beside ssrm-test, gbstats and savvi: python -m benchmarks.statistics.peers [--write].

Every peer runs in an environment of its own, made once from peers/*.txt in .cache/benchmarks, judges the same stream
and must give the same answers. --write also files the page as benchmarks/results/statistics-<date>.md.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.statistics import kernels
from benchmarks.statistics.environments import FOLDER, PYTHON, ask
from benchmarks.statistics.measure import ROOT, measure, on_one_core, surroundings, table
from benchmarks.statistics.ours import FORMS, JOBS
from benchmarks.statistics.streams import ALPHA, CONCENTRATION, EXPERIMENTS, LOOKS, TUNING, WEIGHTS, stream

RESULTS = ROOT / "benchmarks" / "results"
REPEATS = 20


class Rival(NamedTuple):
    """A call of a peer, the job it does, how far its answers may be off, and how much quicker we must be."""

    peer: str
    call: str
    job: str
    tolerance: float
    at_least: float


RIVALS = (
    Rival("ssrm_test", "sequential_posteriors", "split", 1e-6, 5),
    Rival("savvi", "Multinomial, evidence alone", "split", 1e-6, 2),
    Rival("savvi", "Multinomial.infer", "split", 1e-6, 2),
    Rival("savvi", "InhomogeneousPoissonProcess.infer", "rate ratio", 1e-2, 2),
    Rival("gbstats", "SequentialTwoSidedTTest", "means", 1e-9, 5),
)
KEPT = {"rate ratio"}  # answers that the peer intersects over the looks


def question() -> str:
    data = {name: array.tolist() for name, array in stream()._asdict().items()}
    fixed = {"weights": WEIGHTS.tolist(), "concentration": CONCENTRATION, "alpha": ALPHA, "tuning": TUNING}
    return json.dumps(data | fixed | {"repeats": REPEATS})


def same(rival: Rival, answer: Mapping[str, Any]) -> None:
    """A comparison of speed is one only between equal answers."""
    experiments, looks = answer["experiments"], answer["looks"]
    judge, inputs = JOBS[rival.job]
    given = judge(*(array[:experiments, :looks] for array in inputs(stream())))
    expected = given[:, -1]
    if rival.job in KEPT:
        expected = np.stack([given[..., 0].max(axis=1), given[..., 1].min(axis=1)], axis=-1)
    np.testing.assert_allclose(answer["answers"], expected, rtol=rival.tolerance, atol=rival.tolerance)


def ours(job: str) -> Mapping[str, float]:
    """Evaluations per second by form."""
    data = stream()
    return {
        form: EXPERIMENTS * LOOKS / measure(lambda run=run: run(JOBS[job], data), REPEATS).median
        for form, run in FORMS.items()
    }


def theirs(answer: Mapping[str, Any]) -> float:
    return float(answer["experiments"] * answer["looks"] / median(answer["seconds"]))


def page() -> str:
    on_one_core()
    asked = question()
    answers = {peer: ask(peer, asked) for peer in dict.fromkeys(rival.peer for rival in RIVALS)}
    rates = {job: ours(job) for job in JOBS}
    rows = []
    for rival in RIVALS:
        answer = answers[rival.peer][rival.call]
        same(rival, answer)
        rate = theirs(answer)
        ratios = (f"{own / rate:,.3g}" for own in rates[rival.job].values())
        rows.append((rival.job, f"{rival.peer} {rival.call}", f"{rate:,.0f}", *ratios, f"{rival.at_least:g}"))
    header = ("job", "peer", "its evaluations per second", *(f"ours: {form}" for form in FORMS), "asked for")
    return table(header, rows)


def pinned() -> str:
    return "\n".join(
        f"- {peer}: {', '.join((FOLDER / f'{peer}.txt').read_text().split())}"
        for peer in dict.fromkeys(rival.peer for rival in RIVALS)
    )


TEMPLATE = """# Statistics: speed

{surroundings}
{pinned} (Python {python})
- made by `python -m benchmarks.statistics.peers --write`

## Side by side

{experiments} experiments of two arms, looked at {looks} times; every look of every experiment is one evaluation. The
first figure is the peer's evaluations per second; those of this project are given as multiples of it. No peer has a
form that takes several experiments at once; ssrm-test judges a whole stream in a call, the others one look. The answers
were compared and agree.

{table}

One experiment and look a call is what a user would type by hand: then the checks of arguments and some fifty array
operations cost as much for one number as for hundreds. A replay
asks for thousands of looks of an experiment together; a live worker for one look at a time, at both readings and all
treatments in one call.

## Kernels

{kernels}"""


def main(arguments: list[str]) -> None:
    text = TEMPLATE.format(
        surroundings=surroundings(),
        pinned=pinned(),
        python=PYTHON,
        experiments=EXPERIMENTS,
        looks=LOOKS,
        table=page(),
        kernels=kernels.timings(),
    )
    print(text)
    if "--write" in arguments:
        (RESULTS / f"statistics-{datetime.now(tz=UTC):%Y-%m-%d}.md").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
