"""A TCP proxy on loopback that misbehaves on demand, to stand between a client and a broker."""

import socket
import struct
from collections import Counter
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from time import sleep
from typing import Self

FAULTS = ("down", "reset", "slow", "cut")
CHUNK = 1 << 16
RESET = struct.pack("ii", 1, 0)  # lingering for no time turns a close into a reset
SLOW_SECONDS = 0.2  # that a chunk takes each way when slow


class FaultProxy:
    """Forwards connections to `target`, (host, port), and counts in `hits` what it did to them.

    Faults, each for as long as its `with` lasts:
        down: open connections are closed, new ones at once.
        reset: a connection is reset as soon as it carries something.
        slow: every chunk comes late.
        cut: nothing passes, and nobody is told, as if a cable were pulled.
    """

    def __init__(self, target: tuple[str, int], port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self.hits: Counter[str] = Counter()
        self._target, self._fault, self._healed = target, None, Event()
        self._door = socket.create_server(("127.0.0.1", port))
        self._open: set[socket.socket] = set()
        self._threads: list[Thread] = []
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._spawn(self._welcome)
        return self

    def __exit__(self, *_: object) -> None:
        self._healed.set()
        _close(self._door)
        self._close_all()
        for thread in self._threads:
            thread.join(10)

    @contextmanager
    def fault(self, kind: str):
        """Misbehave while the block lasts."""
        assert kind in FAULTS, kind
        self._healed.clear()
        self._fault = kind
        if kind == "down":
            self._close_all()
        try:
            yield
        finally:
            self._fault = None
            self._healed.set()

    def _spawn(self, work, *arguments) -> None:
        thread = Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _welcome(self) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                client, _ = self._door.accept()
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        if self._fault == "down":
            self.hits["down"] += 1
            client.close()
            return
        try:
            broker = socket.create_connection(self._target, timeout=10)
        except OSError:
            client.close()
            return
        broker.settimeout(None)
        with self._lock:
            self._open |= {client, broker}
        self._spawn(self._pump, client, broker)
        self._spawn(self._pump, broker, client)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Carry bytes one way until a side ends, then end both."""
        with suppress(OSError):
            while (chunk := source.recv(CHUNK)) and self._passes(source, sink):
                sink.sendall(chunk)
        self._drop(source, sink)

    def _passes(self, *ends: socket.socket) -> bool:
        fault = self._fault
        if fault is None:
            return True
        self.hits[fault] += 1
        if fault == "slow":
            sleep(SLOW_SECONDS)
        elif fault == "cut":
            self._healed.wait()
        elif fault == "reset":
            for end in ends:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        return fault in ("slow", "cut")

    def _close_all(self) -> None:
        with self._lock:
            ends = tuple(self._open)
        self.hits["down"] += len(ends) // 2 if self._fault == "down" else 0
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes the pump, which closes it

    def _drop(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open -= set(ends)
        for end in ends:
            _close(end)


def _close(end: socket.socket) -> None:
    """Close for good: a thread that waits in it is woken first, or the connection would live on there."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RD)
    end.close()
