"""What all tests share: the services of the machine, and how hard hypothesis tries."""

import os
import shutil
import uuid
from pathlib import Path

import pytest
from hypothesis import settings

from tests.core import forms
from tests.services import kafka as apache_kafka
from tests.services.needs import lines, missing

ROOT = Path(__file__).parents[1]
MARKERS = {"kafka": "kafka", "shared": "shared", "promtool": "promtool", "chromium": "browser"}  # by fixture

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=70)  # the gate has 20 minutes
settings.register_profile("nightly", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_sessionstart():
    if compiled := forms.stale():
        raise pytest.UsageError(f"{compiled.name} is older than its sources, and hides them: make -B .venv/.ready")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """`host:port` of a real Apache Kafka, one for all tests: name topics and groups with `unique`."""
    if address := os.environ.get("PEEKPROOF_KAFKA"):
        yield address
        return
    if not apache_kafka.available():
        missing("kafka", "Java and Maven, or PEEKPROOF_KAFKA=host:port (Apache Kafka)")
    broker = apache_kafka.start(tmp_path_factory.mktemp("services") / "kafka")
    yield broker.bootstrap
    broker.stop()


@pytest.fixture
def unique():
    """A word no other test has: prefix of topics, groups and application ids on a shared broker."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def shared():
    """The folder with the reference data."""
    folder = Path(os.environ.get("PEEKPROOF_SHARED", ROOT.parent / "shared"))
    return folder if (folder / "data").is_dir() else missing("shared", "the reference data, or PEEKPROOF_SHARED=folder")


@pytest.fixture(scope="session")
def promtool():
    """The path of promtool."""
    return shutil.which("promtool") or missing("promtool", "promtool (Debian: prometheus)")


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None) or missing("browser", "Chromium (Debian: chromium)")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items):
    for item in items:
        for fixture in MARKERS.keys() & set(item.fixturenames):
            item.add_marker(MARKERS[fixture])
        if "kafka" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("kafka"))  # one broker: one xdist worker runs them all


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    skipped = (report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for line in lines(skipped):
        terminalreporter.write_line(line, yellow=True)
