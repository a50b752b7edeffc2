"""The foreign partitions this process reads, and how far what they hold has been written."""

from collections.abc import Mapping

from faust.types import TP


class Source:
    """A foreign partition.

    Attributes:
        offset: of the next record to be written; everything below is in the canonical logs.
        read_to: largest record time (ms) below it, or the instant at which nothing lay above it.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.read_to = 0
        self._missed: int | None = None

    def write(self, offset: int, latest: int) -> None:
        """Everything below this offset is written, and its largest record time is `latest`."""
        self.offset = offset
        self.see(latest)

    def see(self, instant: int) -> None:
        """Nothing of before this instant is missing."""
        self.read_to = max(self.read_to, instant)

    def miss(self) -> bool:
        """Whether to ask again for what lies between this offset and a batch above it.

        Transactions and compaction leave holes in a log: what is missing a second time is not there.
        """
        is_first = self._missed != self.offset
        self._missed = self.offset
        return is_first


class Sources(dict[TP, Source]):
    """By foreign partition."""

    def assign(self, starts: Mapping[TP, int]) -> None:
        """Exactly these, from these offsets; whoever still writes for an earlier owner no longer moves them."""
        self.clear()
        self.update({tp: Source(offset) for tp, offset in starts.items()})
