"""Peers run in environments of their own: most of them need old versions of what this project uses."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.statistics.measure import ROOT

FOLDER = ROOT / "benchmarks" / "statistics" / "peers"
CACHE = ROOT / ".cache" / "benchmarks"
PYTHON = "3.11"  # the newest that every peer's pinned numpy is tested with


def environment(peer: str, folder: Path = FOLDER) -> Path:
    """Its Python, in an environment made from the pinned requirements that the folder holds for it."""
    requirements = folder / f"{peer}.txt"
    home = CACHE / f"{peer}-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        uv = shutil.which("uv") or str(ROOT / ".venv-tools" / "bin" / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", PYTHON, home], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "-r", requirements], check=True)
        (home / "ready").touch()
    return python


def ask(peer: str, question: str) -> Mapping[str, Any]:
    script = FOLDER / f"with_{peer}.py"
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [environment(peer), "-W", "ignore", script],
        input=question,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | single,
    )
    if done.returncode:
        raise RuntimeError(f"{script.name} failed: {done.stderr}")
    return dict(json.loads(done.stdout))
