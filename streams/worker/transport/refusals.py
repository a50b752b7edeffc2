"""Logs that no longer hold what the state needs: a count made from them would be wrong, so there is no going on."""

from collections.abc import Mapping

from faust.types import TP

from streams.worker.fatal import die

REBUILD = "raise retention.ms above the age of the experiments, and start anew on empty topics"


def refuse_shortened(positions: Mapping[TP, int], earliest: Mapping[TP, int], remedy: str = REBUILD) -> None:
    """What comes next is gone; without it every count would be too low."""
    for tp, offset in positions.items():
        if earliest[tp] > offset:
            die(
                f"{tp.topic} begins at offset {earliest[tp]}, but its state needs it from {offset}: the broker has "
                f"deleted records; {remedy}",
                topic=tp.topic,
                partition=tp.partition,
            )


def refuse_renewed(positions: Mapping[TP, int], ends: Mapping[TP, int]) -> None:
    """A log that has grown shorter is another log: its new records would be taken for ones that were counted."""
    for tp, offset in positions.items():
        if ends[tp] < offset:
            die(
                f"{tp.topic} ends at offset {ends[tp]}, but its state has read it up to {offset}: the topic has been "
                "made anew or cut; bring its log back, or start anew on empty topics",
                topic=tp.topic,
                partition=tp.partition,
            )
