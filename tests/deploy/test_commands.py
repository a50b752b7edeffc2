"""The command line knows every command and option that the compose file uses."""

import os
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest


def _help(*words):
    peekproof = Path(sys.executable).with_name("peekproof")
    wide = os.environ | {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run(
        [peekproof, *words, "--help"], env=wide, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("service", ["topics", "worker-1", "worker-2", "loadgen"])
def test_a_service_uses_only_options_that_its_command_has(compose, service):
    command = compose["services"][service]["command"]
    words = list(takewhile(lambda word: not word.startswith("-"), command))
    used = {word.split("=")[0] for word in command[len(words) :]}

    assert used - set(re.findall(r"--[\w-]+", _help(*words))) == set()
