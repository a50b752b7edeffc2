"""The demo: a broker, a worker, a crowd with a known truth, and a judge of whether the verdicts agree with it."""

import json
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import yaml

from streams.core.problems import MendableError
from streams.core.topology import topics
from streams.lab.crowd import Truth
from streams.lab.embedded import broker
from streams.lab.loadgen import simulate, truths
from streams.lab.processes import Child, spawn, stop_all
from streams.settings import Settings

PARTITIONS = 2
RATE = 800.0  # users per second over all experiments
SEED = 20261122
GLANCE = 0.5  # seconds between looks at the worker
PATIENCE = 80.0  # seconds after which ONCE gives up
SETTLING = 20.0  # seconds without progress in which the last events should have been counted

Object = dict[str, Any]
Work = Callable[[Settings], int]


class DemoError(MendableError, RuntimeError):
    """The demo can't go on; the message says why."""


class View(NamedTuple):
    """What the worker shows at a glance."""

    experiments: dict[str, Object]
    decisions: list[Object]
    pipeline: Object


class Stage(NamedTuple):
    """A running demo."""

    url: str
    truths: dict[str, Truth]
    worker: Child
    crowd: Child
    told: Path
    log: Path


@contextmanager
def stage(work: Work, port: int | None) -> Iterator[Stage]:
    """Set up everything, and leave nothing behind, whoever ends it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="peekproof-demo-") as folder, broker() as kafka:
        place = Path(folder)
        for topic in topics(PARTITIONS, PARTITIONS):
            kafka.create(topic.name, PARTITIONS)
        truth = place / "truth.yaml"
        truth.write_bytes(files("streams.lab").joinpath("truth.yaml").read_bytes())
        experiments = _experiments(place / "experiments")
        port = port or free_port()
        settings = _settings(kafka.bootstrap, experiments, port, place)
        told, log = place / "told.json", place / "worker.log"
        children: list[Child] = []
        with told.open("wb") as output, log.open("wb") as lines:
            try:
                children.append(spawn(work, settings, output=lines))
                children.append(spawn(simulate, kafka.bootstrap, experiments, truth, RATE, SEED, None, output=output))
                yield Stage(f"http://127.0.0.1:{port}", truths(truth), children[0], children[1], told, log)
            finally:
                stop_all(children)


def _settings(bootstrap: str, experiments: Path, port: int, place: Path) -> Settings:
    return Settings(
        bootstrap_servers=bootstrap,
        experiments=experiments,
        partitions=PARTITIONS,
        evaluation_partitions=PARTITIONS,
        session_timeout_s=3.0,
        fetch_wait_ms=20,
        fetch_every_ms=20,
        web_port=port,
        data=place / "data",
        log_level="WARNING",
    )


def _experiments(folder: Path) -> Path:
    """The demo's definitions, starting now."""
    folder.mkdir()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for source in files("streams.lab").joinpath("experiments").iterdir():
        definition = yaml.safe_load(source.read_bytes())
        definition["schedule"]["start_at"] = now
        (folder / source.name).write_text(yaml.safe_dump(definition, sort_keys=False))
    return folder


def free_port() -> int:
    """A loopback port nobody listens on: 8080 if possible."""
    for wanted in (8080, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("no free loopback port")


def glances(on: Stage) -> Iterator[View]:
    """What the worker shows, again and again.

    Raises:
        DemoError: a process of the demo has ended.
    """
    while True:
        for name, child in (("worker", on.worker), ("load generator", on.crowd)):
            if child.poll() is not None:
                raise DemoError(f"the {name} ended with {child.returncode}:\n{on.log.read_text()[-2000:]}")
        if (view := _glance(on.url)) is not None:
            yield view
        time.sleep(GLANCE)


def _glance(url: str) -> View | None:
    try:
        ids = [one["experiment_id"] for one in _get(f"{url}/api/experiments")["experiments"]]
        experiments = {id_: _get(f"{url}/api/experiments/{id_}") for id_ in ids}
        return View(experiments, _get(f"{url}/api/decisions")["decisions"], _get(f"{url}/api/pipeline"))
    except (URLError, ConnectionError, TimeoutError):
        return None


def _get(url: str) -> Any:
    with urlopen(url, timeout=5) as answer:  # noqa: S310  (our own loopback address)
        return json.load(answer)


def once(work: Work, port: int | None) -> int:
    """Play until every experiment is where the truth wants it; decisions as JSON lines on standard output."""
    deadline, printed = time.monotonic() + PATIENCE, 0
    with stage(work, port) as on:
        for view in glances(on):
            for decision in view.decisions[printed:]:
                print(json.dumps(decision, separators=(",", ":")), flush=True)  # noqa: T201  (its output)
            printed = len(view.decisions)
            wrong = differences(on.truths, view)
            if not wrong:
                return _tell([*_recount(on)])
            if time.monotonic() > deadline:
                return _tell(wrong)
    raise AssertionError("glances never end by themselves")


def differences(expected: dict[str, Truth], view: View) -> list[str]:
    """Where a verdict is not the one that the truth demands."""
    wrong = []
    for id_, truth in expected.items():
        shown = view.experiments.get(id_, {})
        said = tuple(shown.get(key) for key in ("verdict", "action", "variant"))
        wanted = (truth.ends.verdict, truth.ends.action, truth.ends.variant) if truth.ends else said
        if said != wanted:
            wrong.append(f"{id_}: expected {wanted}, found {said}")
    return wrong


def _recount(on: Stage) -> Iterator[str]:
    """What the worker counted against what the crowd sent."""
    on.crowd.terminate()
    on.crowd.wait(SETTLING)
    told = json.loads(on.told.read_text())
    read, deadline = 0, time.monotonic() + SETTLING
    while (view := _glance(on.url)) is None or view.pipeline["read"] < told["sent"] or _units(view) != _sent(told):
        if view is not None and view.pipeline["read"] > read:
            read, deadline = view.pipeline["read"], time.monotonic() + SETTLING
        if time.monotonic() > deadline:
            yield f"the crowd sent {told['sent']} events: {_sent(told)}; the worker shows: {view and _units(view)}"
            return
        time.sleep(GLANCE)
    print(f"recount: {told['sent']:,} events sent, every unit counted in its arm", file=sys.stderr)  # noqa: T201


def _sent(told: Object) -> dict[str, int]:
    exposures = [one for one in told["truth"] if one["what"] == "exposures"]
    return {f"{one['experiment']}/{one['variant']}": one["sent"] for one in exposures}


def _units(view: View) -> dict[str, int]:
    first = {id_: next(iter(shown["metrics"].values())) for id_, shown in view.experiments.items()}
    return {f"{id_}/{variant}": arm["units"] for id_, metric in first.items() for variant, arm in metric.items()}


def _tell(wrong: list[str]) -> int:
    for line in wrong or ["all four experiments ended as they should"]:
        print(line, file=sys.stderr)  # noqa: T201  (standard output is for decisions)
    return 1 if wrong else 0
