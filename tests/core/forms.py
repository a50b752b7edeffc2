"""Which modules are compiled where that is possible, and whether what is compiled is of these sources."""

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITTEN = sorted(types.with_suffix(".py") for types in ROOT.glob("streams/*/*.pxd"))


def module(written):
    """Its name, of which Python asks."""
    return ".".join(written.relative_to(ROOT).with_suffix("").parts)


def stale(written=None, setup=ROOT / "setup.py"):
    """What this Python would import though sources have changed since it was compiled; None if there is no such."""
    written = WRITTEN if written is None else written
    sources = [setup, *written, *(one.with_suffix(".pxd") for one in written)]
    newest = max(source.stat().st_mtime for source in sources)
    compiled = [one.with_suffix(EXTENSION_SUFFIXES[0]) for one in written]
    return next((one for one in compiled if one.exists() and one.stat().st_mtime < newest), None)
