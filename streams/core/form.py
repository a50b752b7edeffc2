"""In which form the core runs: one source, two ways to run it, see `table`."""

from typing import Literal

from streams.core import table


def form() -> Literal["compiled", "interpreted"]:
    """Compiled, if there was a C compiler when this was installed; both count alike, and one is faster."""
    return "interpreted" if table.__file__.endswith(".py") else "compiled"
