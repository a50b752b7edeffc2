import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest


@pytest.fixture(scope="module")
def steps(root):
    """The Dockerfile's instructions, continued lines joined, as (word, rest)."""
    text = (root / "deploy/Dockerfile").read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def _all(steps, word):
    return [rest for name, rest in steps if name == word]


def test_both_stages_start_from_one_pinned_image(steps):
    (image,) = {rest.split()[0] for rest in _all(steps, "FROM")}

    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", image)


def test_the_image_runs_as_the_user_that_compose_names(steps, compose):
    last = len(steps) - 1 - [name for name, _ in reversed(steps)].index("FROM")

    assert _all(steps[last:], "USER") == [compose["services"]["worker-1"]["user"]] == ["10001:10001"]


def test_what_is_copied_exists_and_is_not_ignored(steps, root):
    copied = [rest.split()[:-1] for rest in _all(steps, "COPY") if not rest.startswith("--from")]
    sources = {source for sources in copied for source in sources}
    allowed = {line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert sources == allowed
    assert [source for source in sources if not (root / source).exists()] == []


def test_the_lock_decides_what_is_installed_and_development_tools_are_not(steps):
    assert [
        set(rest.split()) >= {"uv", "sync", "--frozen", "--no-dev"} for rest in _all(steps, "RUN") if "sync" in rest
    ] == [
        True,
        True,
    ]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_believes_the_status_of_healthz(steps, status, healthy):
    (check,) = _all(steps, "HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    with HTTPServer(("127.0.0.1", 0), _answering(status)) as server:
        Thread(target=server.handle_request, daemon=True).start()
        code = command[-1].replace(":8080/", f":{server.server_port}/")
        done = subprocess.run([sys.executable, *command[1:-1], code], capture_output=True, check=False, timeout=30)

    assert (done.returncode == 0) is healthy


def _answering(status):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
