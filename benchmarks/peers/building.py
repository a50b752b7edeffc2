"""Makes a peer ready and says what to start: an environment of pinned packages, or classes built with Maven."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.statistics.environments import CACHE, environment

HERE = Path(__file__).parent
HEAP = "-Xmx1g"
# Flink reaches into the collections of Java when it copies values
OPENED = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("lang", "util", "time")]


def in_python(peer, python, *arguments):
    """Started with the shared job beside it."""
    return lambda: ["env", f"PYTHONPATH={HERE / 'python'}", python(), HERE / peer / "main.py", *arguments]


def ours(*_):
    return sys.executable


def own(peer):
    return lambda: environment(peer, HERE / peer)


def pinned(peer, package):
    lines = (HERE / peer / f"{peer}.txt").read_text().splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{package}=="))


def in_java(peer, *options):
    return lambda: ["java", HEAP, *options, "-cp", classpath(peer), "Main"]


def classpath(peer):
    """Of the peer, built with Maven whenever its sources have changed."""
    home = CACHE / f"{peer}-{fingerprint(HERE / peer, HERE / 'java')}"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        pom = HERE / peer / "pom.xml"
        subprocess.run(["mvn", "-q", "-B", "-f", pom, "process-classes", f"-Dout={home}"], check=True)
        (home / "ready").touch()
    return f"{home / 'classes'}:{home / 'libs'}/*"


def fingerprint(*folders):
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def built_with(peer):
    return ET.parse(HERE / peer / "pom.xml").findtext(".//{*}framework.version")


def worker():
    return [Path(sys.executable).with_name("peekproof"), "worker", "--experiments", "."]
