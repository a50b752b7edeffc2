"""The compiled modules of the core in both forms: as they are built, and as they are written.

As a plugin of pytest (`-p tests.core.forms`) it lets all of them run as they are written.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "streams" / "core"
WRITTEN = sorted(types.with_suffix(".py") for types in CORE.glob("*.pxd"))


def as_written(path):
    """Finds modules of the core, as path hooks do, and sees nothing that is compiled."""
    if Path(path) != CORE:
        raise ImportError(path)
    return FileFinder(path, (SourceFileLoader, [".py"]))


def pytest_configure():
    sys.path_hooks.insert(0, as_written)
    sys.path_importer_cache.pop(str(CORE), None)


def stale(written=None, setup=ROOT / "setup.py"):
    """What this Python would import though sources have changed since it was compiled; None if there is no such."""
    written = WRITTEN if written is None else written
    sources = [setup, *written, *(one.with_suffix(".pxd") for one in written)]
    newest = max(source.stat().st_mtime for source in sources)
    compiled = [one.with_suffix(EXTENSION_SUFFIXES[0]) for one in written]
    return next((one for one in compiled if one.exists() and one.stat().st_mtime < newest), None)
