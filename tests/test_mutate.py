"""A wrong formula does not get past the tests, and a survivor does not get past scripts/mutate."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

HARMLESS = "np.maximum(0, max_log_e)", "np.maximum(0.0, max_log_e)", "test_evidence.py"
WRONG = "np.maximum(0, max_log_e)", "-max_log_e", "test_evidence.py"


def mutate(*arguments):
    """(exit code, first words of the lines before the last)."""
    command = [sys.executable, ROOT / "scripts" / "mutate", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    *verdicts, summary = done.stdout.splitlines()
    return done.returncode, [line.split("  ")[0].strip() for line in verdicts], summary


def test_every_wrong_formula_is_noticed_by_the_tests_of_its_module():
    code, verdicts, summary = mutate()
    assert len(verdicts) >= 40
    assert (code, set(verdicts)) == (0, {"killed"}), verdicts
    assert summary == f"{len(verdicts)} mutations; without any the tests pass"


@pytest.mark.parametrize(
    ("change", "code", "verdict"),
    [
        (WRONG, 0, "killed"),
        (HARMLESS, 1, "SURVIVED"),
        (("np.minimum(0, max_log_e)", "max_log_e", "test_evidence.py"), 1, "NOT FOUND"),
        (("np", "numpy", "test_evidence.py"), 1, "NOT FOUND"),
        (("import numpy as np", "import nothing as np", "test_evidence.py"), 1, "NOT RUN"),
    ],
)
def test_what_is_not_killed_is_told_apart(tmp_path, change, code, verdict):
    names = zip(("old", "new", "tests"), change, strict=True)
    lines = ["[[mutation]]", 'wrong = "for this test"', 'file = "evidence.py"', *(f"{k} = {v!r}" for k, v in names)]
    file = tmp_path / "mutations.toml"
    file.write_text("\n".join(lines))
    assert mutate(file)[:2] == (code, [verdict])


def test_without_a_mutation_or_a_test_that_passes_nothing_is_shown(tmp_path):
    assert mutate(ROOT / "scripts" / "mutations.toml", "no formula is described so")[::2] == (
        1,
        "0 mutations; without any the tests FAIL",
    )
