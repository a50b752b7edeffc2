"""A plugin of pytest (`-p tests.core.as_written`): the core runs as it is written, even where it is compiled."""

import sys
from importlib import import_module
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path

from tests.core.forms import CORE, WRITTEN


def find(path):
    """Finds modules of the core, as path hooks do, and sees nothing that is compiled."""
    if Path(path) != CORE:
        raise ImportError(path)
    return FileFinder(path, (SourceFileLoader, [".py"]))


sys.path_hooks.insert(0, find)


def pytest_collection_finish():
    for written in WRITTEN:
        assert import_module(f"streams.core.{written.stem}").__file__ == str(written)
