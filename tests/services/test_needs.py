"""What was skipped is said, and CI skips nothing."""

import os
import subprocess
import sys

import pytest

from tests.services.needs import lines

TEST = "tests/services/test_kafka.py::test_a_record_goes_through"
NO_JAVA = "for want of Java and Maven, or PEEKPROOF_KAFKA=host:port (Apache Kafka)"


def run_without_java(empty, **environment):
    """Run the broker's own test where neither Java nor Maven is on the path."""
    argv = [sys.executable, "-m", "pytest", "-n", "1", "--dist", "loadgroup", "-v", TEST]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PEEKPROOF", "PYTEST"))}
    here = {**plain, "PATH": str(empty), **environment}
    return subprocess.run(argv, env=here, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def without_java(tmp_path_factory):
    return run_without_java(tmp_path_factory.mktemp("empty"))


def test_the_last_lines_say_what_was_skipped_and_why(without_java):
    assert without_java.returncode == 0
    assert without_java.stdout.splitlines()[-2:-1] == [f"skipped {NO_JAVA}: 1 test"]


def test_all_tests_of_the_broker_go_to_one_worker_that_starts_it_once(without_java):
    assert f"SKIPPED {TEST}@kafka" in without_java.stdout


def test_what_is_required_is_not_skipped_but_fails(tmp_path):
    required = run_without_java(tmp_path, PEEKPROOF_REQUIRE="shared kafka")
    assert required.returncode == 1
    assert "PEEKPROOF_REQUIRE lists kafka, but there is no Java and Maven" in required.stdout


def test_reasons_are_grouped_the_most_frequent_first():
    assert lines(["Skipped: rain", "Skipped: for want of sun", "Skipped: for want of sun"]) == [
        "skipped for want of sun: 2 tests",
        "skipped rain: 1 test",
    ]
