"""The systems that do the job: the rows of the table."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers.building import OPENED, built_with, in_java, in_python, ours, own, pinned, worker


@dataclass(frozen=True)
class System:
    """One row of the table.

    Attributes:
        guarantee: what it is told to guarantee, in its own words.
        promise: what its users may expect of the counts after a crash.
        version: of its framework.
        command: what to start, after making it ready.
        share: of the events that it is given; a tenth tells as much of one that is slow.
    """

    name: str
    guarantee: str
    promise: str
    version: str
    command: Callable[[], list[str | Path]]
    share: float = 1


SYSTEMS = (
    System(
        "peekproof",
        "state offsets",
        "exact: counts are a function of the set of events",
        f"peekproof {version('peekproof')} on faust-streaming {version('faust-streaming')}",
        worker,
    ),
    System(
        "floor",
        "none",
        "none: the state dies with the process",
        f"confluent-kafka {version('confluent-kafka')}, msgspec {version('msgspec')}",
        in_python("floor", ours),
    ),
    System(
        "stock_faust",
        "at_least_once",
        "at least once: tables and offsets are written apart",
        f"faust-streaming {version('faust-streaming')}",
        in_python("stock_faust", ours, "worker", "--loglevel", "warn", "--without-web"),
        share=0.1,
    ),
    System(
        "bytewax",
        "epochs",
        "state and offsets restored together; output again",
        f"bytewax {pinned('bytewax', 'bytewax')}",
        in_python("bytewax", own("bytewax")),
    ),
    System(
        "quix",
        "at-least-once",
        "at least once",
        f"quixstreams {pinned('quix', 'quixstreams')}",
        in_python("quix", own("quix")),
        share=0.1,
    ),
    System(
        "quix_eos",
        "exactly-once",
        "exactly once by Kafka transactions",
        f"quixstreams {pinned('quix', 'quixstreams')}",
        in_python("quix", own("quix")),
        share=0.1,
    ),
    System(
        "kafka_streams",
        "at_least_once",
        "at least once",
        f"Kafka Streams {built_with('kafka_streams')}",
        in_java("kafka_streams"),
    ),
    System(
        "kafka_streams_eos",
        "exactly_once_v2",
        "exactly once by Kafka transactions",
        f"Kafka Streams {built_with('kafka_streams')}",
        in_java("kafka_streams"),
    ),
    System(
        "flink",
        "EXACTLY_ONCE",
        "state and offsets restored together; output again",
        f"Flink {built_with('flink')}",
        in_java("flink", *OPENED),
    ),
)
