"""A Kafka broker inside this process, for the demo: librdkafka's mock cluster, in the confluent-kafka wheel already.

It keeps about 5 MB per partition and forgets all with the process. It knows no topic settings, no compaction and no
broker time, serves one member per group, and never cuts a waiting fetch short: ask it with a fetch wait of 20 ms.
"""

import ctypes
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Protocol

from confluent_kafka import Producer, cimpl

PARTITIONS = 4  # what the mock cluster gives to a topic that nobody created
PRODUCER = 0  # rd_kafka_type_t
JOIN_MS = 100  # a first consumer waits this long for others: 3 s unless told
KNOCK_SECONDS = 0.002
ERRORS = b"3"  # syslog level: the client that carries the cluster has no broker of its own, and would warn of it

SIGNATURES = {
    "rd_kafka_conf_new": (ctypes.c_void_p,),
    "rd_kafka_conf_set": (ctypes.c_int, ctypes.c_void_p, *[ctypes.c_char_p] * 3, ctypes.c_size_t),
    "rd_kafka_new": (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t),
    "rd_kafka_destroy": (None, ctypes.c_void_p),
    "rd_kafka_err2str": (ctypes.c_char_p, ctypes.c_int),
    "rd_kafka_mock_cluster_new": (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int),
    "rd_kafka_mock_cluster_destroy": (None, ctypes.c_void_p),
    "rd_kafka_mock_cluster_bootstraps": (ctypes.c_char_p, ctypes.c_void_p),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, ctypes.c_void_p, ctypes.c_int32),
    "rd_kafka_mock_topic_create": (ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int),
}


class Broker(Protocol):
    """What the demo needs of its broker."""

    @property
    def bootstrap(self) -> str: ...

    def create(self, topic: str, partitions: int) -> None: ...


@contextmanager
def broker() -> Iterator[Broker]:
    """Run the broker while the block lasts."""
    try:
        library = load()
    except AttributeError:
        yield Hidden()
        return
    with mock_cluster(library) as made:
        yield made


def load() -> ctypes.CDLL:
    """Librdkafka as the wheel's own extension sees it: the loader finds its dependencies, wherever the wheel put them.

    Raises:
        AttributeError: the extension does not lead to one of the functions.
    """
    library = ctypes.CDLL(cimpl.__file__)
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@contextmanager
def mock_cluster(library: ctypes.CDLL) -> Iterator["MockCluster"]:
    error = ctypes.create_string_buffer(512)
    configuration = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(configuration, b"log_level", ERRORS, error, len(error))
    client = library.rd_kafka_new(PRODUCER, configuration, error, len(error))
    assert client, error.value.decode()
    cluster = library.rd_kafka_mock_cluster_new(client, 1)
    assert cluster, "librdkafka could not open its mock cluster on a loopback port"
    library.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, JOIN_MS)
    try:
        yield MockCluster(library, cluster)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(client)


class MockCluster:
    """The mock cluster by its C functions: topics of any width, quick joins."""

    def __init__(self, library: ctypes.CDLL, cluster: int) -> None:
        self._library, self._cluster = library, cluster
        self.bootstrap: str = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()

    def create(self, topic: str, partitions: int) -> None:
        # The cluster's thread may sleep a second or two on such a request; a connection wakes it.
        with ThreadPoolExecutor(1) as aside:
            created = aside.submit(self._create, topic, partitions)
            while wait([created], KNOCK_SECONDS).not_done:
                self._knock()
        created.result()

    def _create(self, topic: str, partitions: int) -> None:
        if error := self._library.rd_kafka_mock_topic_create(self._cluster, topic.encode(), partitions, 1):
            raise RuntimeError(f"cannot create {topic}: {self._library.rd_kafka_err2str(error).decode()}")

    def _knock(self) -> None:
        host, port = self.bootstrap.split(":")
        socket.create_connection((host, int(port))).close()


class Hidden:
    """The mock cluster inside a producer, where its C functions are out of reach: always 4 partitions, slow joins."""

    def __init__(self) -> None:
        self._producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "replaced"})
        (found,) = self._producer.list_topics(timeout=10).brokers.values()
        self.bootstrap = f"{found.host}:{found.port}"

    def create(self, topic: str, partitions: int) -> None:
        if partitions != PARTITIONS:
            raise ValueError(f"{topic}: this embedded broker gives a topic {PARTITIONS} partitions, not {partitions}")
        self._producer.list_topics(topic, timeout=10)
