"""The core runs compiled where it can be, from the sources that lie beside it, and counts alike in both forms."""

import logging
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from streams import bootstrap
from streams.core import form as told
from streams.core.form import form
from tests.core.forms import ROOT, WRITTEN, module, stale
from tests.services.needs import missing

CORE = ["table", "plain", "deeds", "maturing", "snapshot", "changes", "expiry", "times"]
CODECS = ["ordinary", "at_first_sight", "cloudevents", "wire"]
BOTH = [*(f"tests/core/test_{name}.py" for name in CORE), *(f"tests/codecs/test_{name}.py" for name in CODECS)]


def can_compile():
    """Whether there is a C compiler, and what it needs of this Python."""
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return headers.exists() and any(map(shutil.which, ("cc", "gcc")))


@pytest.mark.parametrize("name", [module(one) for one in WRITTEN])
def test_what_can_be_compiled_runs_compiled(name):
    if not can_compile():
        missing("compiler", "a C compiler and Python's headers (Debian: gcc, libc6-dev, python3-dev)")
    file = Path(import_module(name).__file__)
    assert (form(), file.suffix) == ("compiled", ".so"), "make -B .venv/.ready compiles it"


def test_as_it_is_written_the_core_counts_alike():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.core.as_written", "-p", "no:xdist", *BOTH]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-4_000:]


def test_whoever_installs_anew_compiles_what_has_changed():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["cache-keys"]
    assert {str(one.relative_to(ROOT)) for one in WRITTEN} <= {key["file"] for key in told}


@pytest.mark.parametrize("changed", ["table.py", "table.pxd", "setup.py"])
def test_what_is_older_than_one_of_its_sources_is_stale(tmp_path, changed):
    written, setup, compiled = [tmp_path / name for name in ("table.py", "setup.py", f"table{EXTENSION_SUFFIXES[0]}")]
    for second, file in enumerate((written, tmp_path / "table.pxd", setup)):
        file.touch()
        os.utime(file, (second, second))
    assert stale([written], setup) is None
    compiled.touch()
    os.utime(compiled, (3, 3))
    assert stale([written], setup) is None
    os.utime(tmp_path / changed, (4, 4))
    assert stale([written], setup) == compiled


@pytest.mark.parametrize(("file", "warnings"), [("table.py", 1), (f"table{EXTENSION_SUFFIXES[0]}", 0)])
def test_a_worker_that_starts_interpreted_says_once_how_to_mend_it(monkeypatch, caplog, file, warnings):
    monkeypatch.setattr(told.table, "__file__", f"/streams/core/{file}")
    bootstrap._say_if_slow()
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * warnings
    assert all("install a C compiler" in record.message for record in caplog.records)
