"""Files of events: one event a line, plain or compressed."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path


def lines(files: Iterable[Path]) -> Iterator[bytes]:
    """Every line that is not blank, file by file.

    Raises:
        OSError: a file can't be read, or ends too early.
    """
    for file in files:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            try:
                yield from (text for line in stream if (text := line.strip()))
            except EOFError:
                raise OSError(f"{file}: the file ends too early; fetch it again") from None
