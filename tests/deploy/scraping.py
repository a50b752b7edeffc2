"""A real Prometheus with the deployed rules, scraping one page that two workers seem to serve while a third is down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from tests.services.processes import end, free_ports, launch, wait_for

PATIENCE = 60  # seconds


class Prometheus:
    """Its HTTP interface."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, path: str, **words: str):
        with urlopen(f"{self._api}{path}?{urlencode(words)}", timeout=60) as answer:
            return json.load(answer)["data"]

    def query(self, expr: str) -> list[dict]:
        return self.ask("query", query=expr)["result"]

    def label_values(self, series: str, label: str) -> list[str]:
        return self.ask(f"label/{label}/values", **{"match[]": series})

    def alerts(self) -> dict[str, list[dict]]:
        """Name of each rule to its alerts; fails when a rule could not be evaluated."""
        rules = [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]
        assert not [rule for rule in rules if rule.get("lastError")]
        return {rule["name"]: rule["alerts"] for rule in rules}

    def has_seen_all(self) -> bool:
        try:
            return len(self.query("up == 1")) == 2 and all(self.alerts().values())
        except (URLError, ConnectionError):
            return False


@contextmanager
def prometheus(binary: str, deployed: Path, page: bytes, folder: Path) -> Iterator[Prometheus]:
    """Started on a free port, and ended by pid; every rule has an alert when it is handed over."""
    own, dead = free_ports(2)
    with serving(page) as port:
        workers = [f"127.0.0.1:{port}", f"localhost:{port}", f"127.0.0.1:{dead}"]
        (folder / "prometheus.yml").write_text(_config(deployed, workers))
        pid = launch(_argv(binary, own, folder), folder / "log", tied=True)
        try:
            running = Prometheus(own)
            wait_for(running.has_seen_all, PATIENCE, "Prometheus to scrape and judge")
            yield running
        finally:
            end(pid)


def _argv(binary: str, port: int, folder: Path) -> list[str]:
    data = f"--storage.tsdb.path={folder / 'data'}"
    return [binary, f"--config.file={folder / 'prometheus.yml'}", data, f"--web.listen-address=127.0.0.1:{port}"]


def _config(deployed: Path, workers: list[str]) -> str:
    config = yaml.safe_load((deployed / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(deployed / Path(each).name) for each in config["rule_files"]]
    (job,) = config["scrape_configs"]
    job["static_configs"] = [{"targets": workers}]
    return yaml.safe_dump(config)


@contextmanager
def serving(page: bytes) -> Iterator[int]:
    """Serve one text to whoever asks; the value is the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
