"""Each fault as a client meets it."""

import socket
from contextlib import closing, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from tests.services.fault_proxy import SLOW_SECONDS, FaultProxy
from tests.services.processes import free_ports


class Echo(StreamRequestHandler):
    def handle(self):
        with suppress(OSError):
            while line := self.rfile.readline():
                self.wfile.write(line)


class Server(ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture
def proxy():
    with Server(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with FaultProxy(server.server_address, free_ports(1)[0]) as proxy:
            yield proxy
        server.shutdown()


def connect(proxy, timeout=10):
    host, port = proxy.address.split(":")
    return closing(socket.create_connection((host, int(port)), timeout=timeout))


def echo(client, said=b"hello\n"):
    client.sendall(said)
    return client.recv(100)


def test_what_is_said_arrives(proxy):
    with connect(proxy) as client:
        assert echo(client) == b"hello\n"
    assert sum(proxy.hits.values()) == 0


def test_down_closes_what_is_open_and_lets_nobody_in_until_it_ends(proxy):
    with connect(proxy) as client:
        echo(client)
        with proxy.fault("down"):
            assert client.recv(100) == b""
            with connect(proxy) as late:
                assert late.recv(100) == b""
    with connect(proxy) as client:
        assert echo(client) == b"hello\n"


def test_a_reset_is_seen_as_one(proxy):
    with connect(proxy) as client, proxy.fault("reset"):
        client.sendall(b"hello\n")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    assert proxy.hits["reset"] == 1


def test_slow_delivers_late(proxy):
    with connect(proxy, SLOW_SECONDS / 4) as client, proxy.fault("slow"):
        with pytest.raises(TimeoutError):
            echo(client)
        client.settimeout(10)
        assert client.recv(100) == b"hello\n"
    assert proxy.hits["slow"] == 2


def test_a_cut_says_nothing_and_delivers_when_it_ends(proxy):
    with connect(proxy, 0.2) as client:
        with proxy.fault("cut"), pytest.raises(TimeoutError):
            echo(client)
        client.settimeout(10)
        assert client.recv(100) == b"hello\n"
    assert proxy.hits["cut"] == 1
