"""Committed offsets are only a hint: up to where rejected records of the source have been published."""

from collections.abc import Mapping

from faust.transport.drivers import aiokafka as driver
from faust.types import TP


class Commits(driver.Consumer):
    """Nothing is acknowledged to Faust, which keeps a list of every offset; what is published we commit ourselves."""

    def published(self, tp: TP) -> int:
        """Offset of a source log below which rejected records have been published."""
        return self._committed_offset[tp] or 0

    async def publish(self, offsets: Mapping[TP, int]) -> None:
        """Commit what is new, so that a rebuild doesn't publish rejected records again."""
        ours = self.assignment()
        ahead = {tp: offset for tp, offset in offsets.items() if tp in ours and offset > self.published(tp)}
        if ahead and await self._commit(ahead):
            self._committed_offset.update(ahead)

    def _distrust_commits(self, ends: Mapping[TP, int]) -> None:
        """A commit beyond the end is of a topic that has been made anew since."""
        for tp, end in ends.items():
            if self.published(tp) > end:
                self._committed_offset[tp] = None
