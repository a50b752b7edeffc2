"""A real Apache Kafka without docker: the broker's jars from Maven, a folder, two free loopback ports."""

import base64
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from confluent_kafka.admin import AdminClient

from tests.services.processes import alive, end, free_ports, launch, run, wait_for

HERE = Path(__file__).parent
JAVA = ("java", "-Xms256m", "-Xmx1g", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1")
START_SECONDS = 60
CONFIGURATION = "server.properties"
QUIETLY = {"log_level": 2}  # that a broker is away is no news

# One id for every broker: a random one begins with "-" once in 64 times, and the storage tool takes it for an option.
CLUSTER_ID = base64.urlsafe_b64encode(b"peekproof-tests!").decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Kafka:
    """A running broker; whoever knows these three can stop it."""

    bootstrap: str
    pid: int
    folder: Path

    def stop(self) -> None:
        end(self.pid)
        shutil.rmtree(self.folder)


class Detour(NamedTuple):
    """A second listener, for clients that come through a proxy: where it listens, and the port it tells them."""

    port: int
    told: int


def available() -> bool:
    return all(map(shutil.which, ("java", "mvn")))


def start(
    folder: Path, settings: Mapping[str, str] | None = None, *, tied: bool = True, detour: Detour | None = None
) -> Kafka:
    """Start a broker in `folder`, made here and removed by `stop`, and wait until it answers.

    Args:
        folder: must not exist yet.
        settings: of the broker, over those of `properties`.
        tied: it dies with the process that started it.
        detour: another way in.
    """
    folder.mkdir(parents=True)
    port, controller = free_ports(2)
    configuration = write(folder, properties(folder / "data", port, controller, detour) | dict(settings or {}))
    run([*java(), "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", configuration])
    return start_again(Kafka(f"127.0.0.1:{port}", 0, folder), tied=tied)


def start_again(broker: Kafka, *, tied: bool = True) -> Kafka:
    """The same broker, with all it had written, once its process has ended."""
    argv = [*java(), "kafka.Kafka", broker.folder / CONFIGURATION]
    running = replace(broker, pid=launch(argv, broker.folder / "kafka.log", tied=tied))
    wait_until_it_answers(running)
    return running


def java() -> list[str | Path]:
    return [*JAVA, f"-Dlog4j2.configurationFile={HERE / 'log4j2.yaml'}", "-cp", f"{jars()}/*"]


def wait_until_it_answers(broker: Kafka) -> None:
    try:
        wait_for(lambda: accepts(broker), START_SECONDS, "Apache Kafka to open its port")
        AdminClient({"bootstrap.servers": broker.bootstrap, **QUIETLY}).list_topics(timeout=START_SECONDS)
    except BaseException as failure:
        failure.add_note((broker.folder / "kafka.log").read_text()[-4000:])
        broker.stop()
        raise


def accepts(broker: Kafka) -> bool:
    if not alive(broker.pid):
        raise RuntimeError("Apache Kafka ended while starting")
    host, port = broker.bootstrap.split(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def jars() -> Path:
    """The broker's jars, fetched once for this user, whole or not at all."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "peekproof"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"kafka-{version()}"
    with (cache / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            fetch(folder)
    return folder


def fetch(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as workshop:
        libs = Path(workshop) / "libs"
        run(["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={libs}"])
        libs.rename(folder)


def version() -> str:
    found = ET.parse(HERE / "pom.xml").findtext(".//{*}dependency/{*}version")
    assert found, "pom.xml names the version of Apache Kafka"
    return found


def write(folder: Path, configuration: Mapping[str, str]) -> Path:
    path = folder / CONFIGURATION
    path.write_text("".join(f"{key}={value}\n" for key, value in configuration.items()))
    return path


def properties(data: Path, port: int, controller: int, detour: Detour | None = None) -> dict[str, str]:
    listeners, advertised = f"PLAINTEXT://127.0.0.1:{port}", f"PLAINTEXT://127.0.0.1:{port}"
    if detour:
        listeners += f",DETOUR://127.0.0.1:{detour.port}"
        advertised += f",DETOUR://127.0.0.1:{detour.told}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": advertised,
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,DETOUR:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        "num.partitions": "4",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
    }
