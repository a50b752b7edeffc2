"""Where a figure may go: into a file, or onto the terminal."""

from pathlib import Path

from streams.lab.planning.options import refused

TERMINAL = "-"
PICTURES = ".png", ".svg", ".pdf"


def check(plot: str | None, *, as_json: bool) -> None:
    """Refuse before the work is done what its result can't be drawn into.

    Raises:
        DefinitionError: naming the option and the fix.
    """
    if plot == TERMINAL and as_json:
        raise refused("plot", "the terminal is taken by --json", "name a file to draw into")
    if plot not in (None, TERMINAL) and not (Path(plot).suffix in PICTURES and Path(plot).parent.is_dir()):
        fix = f"name a file in an existing folder that ends in {', '.join(PICTURES)}; or - for the terminal"
        raise refused("plot", f"{plot!r} can't be drawn into", fix)
