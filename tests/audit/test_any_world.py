"""Whatever a replay decides in any small world is verified."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from streams.audit.files import Files
from streams.audit.verify import Choice, verify
from streams.lab.replay import replay
from tests.golden.scenarios import NOW
from tests.oracle.worlds import worlds

PHASES = [{"from": "2025-03-10T00:03:00Z", "coverage": 0.5}]
SENSITIVE = {"min_units": 1, "alpha": 0.2, "prior_strength": 1}
MULTIPLICITIES = st.sampled_from(["closed", "holm", "bonferroni", "none"])
few = settings(
    max_examples=settings().max_examples // 2,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def eager(definition, how, ramped):
    """The definition, judged from the first unit on and by every means."""
    return definition | {
        "metrics": [{"baseline": {"mean": 0.5}} | metric | {"role": "primary"} for metric in definition["metrics"]],
        "schedule": definition["schedule"] | {"min_units": 0},
        "assignment": definition["assignment"] | ({"phases": PHASES} if ramped else {}),
        "statistics": {"multiplicity": how, "alpha": 0.2, "srm": SENSITIVE},
    }


@few
@given(worlds(), MULTIPLICITIES, st.booleans())
def test_what_a_replay_decides_is_verified(world, how, ramped):
    definitions, lines, until = world
    with tempfile.TemporaryDirectory() as folder:
        out, events = Path(folder, "out"), Path(folder, "events.jsonl")
        events.write_bytes(b"\n".join(lines))
        for definition in definitions:
            file = Path(folder, f"{definition['metadata']['id']}.yaml")
            file.write_text(json.dumps(eager(definition, how, ramped)))
        replay(Path(folder), [events], out, 60, until, now=NOW)
        if (out / "decisions.jsonl").read_bytes():
            source = Files([events], out / "decisions.jsonl", NOW, lambda _stage, _done: None)
            report = verify(Path(folder), source, Choice(all_=True))
            assert (report.chain, [one for one in report.decisions if any(one.found.values())]) == ([], [])
            assert report.ok
