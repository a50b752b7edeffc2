"""Replay and the oracle count the same in any small world, however its file is ordered and cut."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.golden.scenarios import NOW, differences
from tests.oracle.definitions import instant
from tests.oracle.oracle import drop
from tests.oracle.oracle import report as recount
from tests.oracle.worlds import SEEDS, shuffle, worlds

few = settings(  # files are slow to shrink: the deliveries find the same smaller
    max_examples=settings().max_examples // 2,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def replayed(definitions, files, until):
    from streams.lab.replay import replay

    with tempfile.TemporaryDirectory() as folder:
        out, experiments = Path(folder, "out"), Path(folder, "experiments")
        experiments.mkdir()
        for definition in definitions:
            (experiments / f"{definition['metadata']['id']}.yaml").write_text(json.dumps(definition))
        paths = [Path(folder, f"{number}.jsonl") for number in range(len(files))]
        for path, lines in zip(paths, files, strict=True):
            path.write_bytes(b"\n".join(lines))
        report = replay(experiments, paths, out, until=until, now=NOW)
        return report, [(out / name).read_bytes() for name in ("report.json", "decisions.jsonl")]


@few
@given(worlds())
def test_replay_and_oracle_agree_on_every_count(world):
    definitions, lines, until = world
    counted = recount(definitions, lines, NOW, instant(until))
    drop(counted, "converted_now", "cells")
    report, _ = replayed(definitions, [lines], until)
    assert differences(counted, report) == []
    assert report["read"] == report["accepted"] + report["late"] + sum(report["rejected"].values())


@few
@given(worlds(), SEEDS, st.integers(0, 40))
def test_the_order_of_the_file_and_its_cutting_do_not_matter(world, seed, cut):
    definitions, lines, until = world
    shuffled = shuffle(lines, seed)
    _, as_written = replayed(definitions, [lines], until)
    _, rearranged = replayed(definitions, [shuffled[:cut], shuffled[cut:]], until)
    assert rearranged == as_written
