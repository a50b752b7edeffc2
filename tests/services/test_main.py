"""`scripts/dev-services`, with a mere listener in the broker's place."""

import sys

import pytest

from tests.services import __main__ as command
from tests.services import kafka
from tests.services.kafka import Kafka
from tests.services.processes import alive, end, free_ports, launch, wait_for

LISTENER = """
import signal, socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    signal.pause()
"""


@pytest.fixture
def brokers(tmp_path, monkeypatch):
    """All that were started."""
    started = []

    def start(folder, *, tied):
        folder.mkdir()
        (port,) = free_ports(1)
        pid = launch([sys.executable, "-c", LISTENER, str(port)], folder / "log", tied=tied)
        started.append(Kafka(f"127.0.0.1:{port}", pid, folder))
        wait_for(lambda: kafka.accepts(started[-1]), 10, "the listener")
        return started[-1]

    monkeypatch.setattr(command, "FOLDER", tmp_path / "kafka")
    monkeypatch.setattr(command, "NOTE", tmp_path / "kafka.json")
    monkeypatch.setattr(kafka, "start", start)
    yield started
    for broker in started:
        end(broker.pid)


def test_up_says_what_tests_need_to_know(brokers, capsys):
    assert command.up() == 0
    assert capsys.readouterr().out == f"export PEEKPROOF_KAFKA={brokers[0].bootstrap}\n"


def test_up_twice_is_up_once(brokers, capsys):
    command.up()
    command.up()
    assert len(brokers) == 1
    assert len(set(capsys.readouterr().out.splitlines())) == 1


def test_down_leaves_nothing(brokers, tmp_path):
    command.up()
    assert command.status() == 0
    command.down()
    assert command.status() == 1
    assert not alive(brokers[0].pid)
    assert list(tmp_path.iterdir()) == []


def test_after_a_crash_up_starts_anew(brokers):
    command.up()
    end(brokers[0].pid)
    assert command.status() == 1
    command.up()
    assert command.status() == 0
    assert len(brokers) == 2
