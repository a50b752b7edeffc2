"""A plugin of pytest (`-p tests.core.as_written`): all runs as it is written, even what is compiled."""

import sys
from importlib import import_module
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path

from tests.core.forms import WRITTEN, module

FOLDERS = {written.parent for written in WRITTEN}


def find(path):
    """Finds modules in these folders, as path hooks do, and sees nothing that is compiled."""
    if Path(path) not in FOLDERS:
        raise ImportError(path)
    return FileFinder(path, (SourceFileLoader, [".py"]))


sys.path_hooks.insert(0, find)


def pytest_collection_finish():
    for written in WRITTEN:
        assert import_module(module(written)).__file__ == str(written)
