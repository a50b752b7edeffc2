"""The import law holds because breaking it is noticed; the core touches neither clock nor machine."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "streams" / "core").glob("*.py"))
PURE = [*CORE, *sorted((ROOT / "stats").rglob("*.py"))]
IMPURE = {"os", "time", "logging", "asyncio", "socket", "threading", "subprocess", "random", "pathlib", "io", "sys"}
CALLS = {"open", "print", "input", "exec", "eval"}

BREACHES = [
    ("streams/core/cells.py", "import streams.codecs.counts", "Looking down is allowed, looking up never"),
    ("streams/codecs/counts.py", "import streams.settings", "Looking down is allowed, looking up never"),
    ("streams/lab/crowd.py", "import streams.worker.clock", "Looking down is allowed, looking up never"),
    ("stats/arrays.py", "import streams.core.cells", "Looking down is allowed, looking up never"),
    ("streams/core/cells.py", "import os", "Mathematics and the core know no framework, clock or I/O"),
    ("streams/web/board.py", "import faust", "Faust lives in the worker alone"),
    (
        "streams/audit/cells.py",
        "import streams.core.units",
        "Whoever checks a decision counts by other means than whoever made it",
    ),
    ("streams/audit/counting/units.py", "import streams.core.cells", "The recount knows nothing of Peekproof"),
    ("streams/worker/clock.py", "import prometheus_client", "prometheus_client lives in the exporter alone"),
]


def law(folder):
    """(exit code, output) of import-linter."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, " ".join(done.stdout.split())


def test_every_contract_of_the_import_law_notices_a_breach(tmp_path):
    for part in ("stats", "streams"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert law(tmp_path)[0] == 0
    for file, statement, _ in BREACHES:
        (tmp_path / file).write_text((tmp_path / file).read_text() + f"\n{statement}\n")
    code, output = law(tmp_path)
    assert code == 1
    for file, statement, contract in BREACHES:
        assert f"{contract} BROKEN" in output
        source, target = file.removesuffix(".py").replace("/", "."), statement.removeprefix("import ")
        assert f"{source} -> {target}" in output


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("file", PURE, ids=lambda file: str(file.relative_to(ROOT)))
def test_mathematics_and_core_touch_neither_clock_nor_machine(file):
    tree = ast.parse(file.read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert (set(imported(tree)) & IMPURE, called & CALLS) == (set(), set())


def test_the_core_waits_for_nobody():
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert not any(isinstance(node, waiting) for file in PURE for node in ast.walk(ast.parse(file.read_text())))


@pytest.mark.parametrize("file", PURE, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_clock_of_events_is_known(file):
    calls = (node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
    assert {call.attr for call in calls if isinstance(call, ast.Attribute)} & {"now", "utcnow", "today"} == set()
