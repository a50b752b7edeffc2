"""`scripts/dev-services`: the broker of the tests, running on until it is told to stop."""

# ruff: noqa: T201 (a command line speaks)
import argparse
import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from tests.services import kafka
from tests.services.kafka import Kafka
from tests.services.processes import alive

CACHE = Path(__file__).parents[2] / ".cache"
FOLDER = CACHE / "kafka"
NOTE = CACHE / "kafka.json"


def up() -> int:
    broker = running()
    if broker is None:
        forget()
        broker = kafka.start(FOLDER, tied=False)
        NOTE.write_text(json.dumps(asdict(broker), default=str))
    print(f"export PEEKPROOF_KAFKA={broker.bootstrap}")
    about = f"Apache Kafka {kafka.version()}, pid {broker.pid}, noted in {NOTE}; scripts/dev-services down ends it"
    print(about, file=sys.stderr)
    return 0


def down() -> int:
    if broker := running():
        broker.stop()
    forget()
    return 0


def status() -> int:
    """Print what runs; 1 if nothing does."""
    broker = running()
    print(f"up: {broker.bootstrap}, pid {broker.pid}" if broker else "down")
    return 0 if broker else 1


def running() -> Kafka | None:
    if not NOTE.exists():
        return None
    noted = json.loads(NOTE.read_text())
    broker = Kafka(noted["bootstrap"], noted["pid"], Path(noted["folder"]))
    # a pid alone may by now be another process
    return broker if alive(broker.pid) and kafka.accepts(broker) else None


def forget() -> None:
    NOTE.unlink(missing_ok=True)
    shutil.rmtree(FOLDER, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/dev-services", description=__doc__)
    parser.add_argument("command", choices=COMMANDS, help="start it (twice is once), end it, or tell whether it runs")
    return COMMANDS[parser.parse_args().command]()


COMMANDS = {"up": up, "down": down, "status": status}

if __name__ == "__main__":
    sys.exit(main())
