"""What a system must be told, and how it tells its counts: a peer in a topic, our worker when asked."""

import json
import urllib.request
from contextlib import suppress

from confluent_kafka import Consumer, TopicPartition

from benchmarks.peers.load import EXPERIMENTS, WINDOW, units
from benchmarks.peers.running import Run
from benchmarks.peers.topics import fresh_output, fresh_topics_of_peekproof
from tests.services.processes import free_ports

SESSION_MS = 6_000  # of every consumer group: how long a broker waits for one that was killed
CHECKPOINT_MS = 5_000  # where a framework has no interval of its own
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
DEFINITION = f"""
apiVersion: peekproof/v1
kind: Experiment
metadata: {{id: ID, owner: {{name: benchmarks}}}}
hypothesis: The same job costs less here than elsewhere.
assignment:
  variants: [{{key: a, role: control, weight: 0.5}}, {{key: b, role: treatment, weight: 0.5}}]
metrics:
  - {{id: orders, role: primary, type: count, event: order.completed, cap: {{value: 1000}},
     window: {{length: {WINDOW}ms}}}}
schedule: {{start_at: 2023-11-14T00:00:00Z, min_runtime: 0s, min_units: 1000}}
"""


class Peer(Run):
    """A peer writes its counts to a topic; a record replaces the one before it with the same key."""

    def __init__(self, system, bootstrap, folder, load):
        super().__init__(system, bootstrap, folder, load)
        fresh_output(bootstrap, self.id)
        self._rows = {}
        self._output = Consumer({"bootstrap.servers": bootstrap, "group.id": f"{self.id}-runner"})
        self._output.assign([TopicPartition(self.id, 0, 0)])

    def settings(self, system):
        told = {"BROKER": self.bootstrap, "OUTPUT": self.id}
        told |= {"EXPOSURES": self.load.exposures, "CONVERSIONS": self.load.conversions}
        told |= {"ID": f"job-{self.id}", "STATE": self.state, "GUARANTEE": system.guarantee, "WINDOW": WINDOW}
        told |= {"SESSION_MS": SESSION_MS, "CHECKPOINT_MS": CHECKPOINT_MS}
        return {f"PEER_{name}": value for name, value in told.items()}

    def stop(self):
        super().stop()
        self._output.close()

    def seen(self):
        """Its progress is told by the units it has counted."""
        totals = self._totals()
        return units(totals) / units(self.load.expected), totals

    def _totals(self):
        """Sums over the shards of each experiment, whose keys are `experiment` or `experiment|shard`."""
        while records := self._output.consume(1_000, timeout=0.02):
            self._rows |= {record.key(): json.loads(record.value()) for record in records if not record.error()}
        sums = {}
        for key, cells in self._rows.items():
            for variant, cell in cells.items():
                place = key.decode().partition("|")[0], variant
                sums[place] = [a + b for a, b in zip(sums.get(place, (0, 0, 0)), cell, strict=True)]
        return sums


class Peekproof(Run):
    """Our worker says its counts when asked; seldom, because to answer costs it something."""

    pause = 0.5

    def __init__(self, system, bootstrap, folder, load):
        (self._port,) = free_ports(1)
        super().__init__(system, bootstrap, folder, load)
        fresh_topics_of_peekproof(bootstrap)
        for id_ in EXPERIMENTS:
            (self.state / f"{id_}.yaml").write_text(DEFINITION.replace("ID", id_))

    def settings(self, _):
        told = {"bootstrap_servers": self.bootstrap, "experiments": self.state, "data": self.state / "data"}
        told |= {"web_port": self._port, "instance_id": "benchmark", "session_timeout_s": SESSION_MS // 1_000}
        return {f"PEEKPROOF_{name.upper()}": value for name, value in told.items()}

    def seen(self):
        """Its progress is told by the events it has read: it says no counts while it is catching up."""
        progress = self._ask("pipeline").get("read", 0) / self.load.events
        return progress, self._totals() if progress >= 1 else {}

    def _totals(self):
        found = {id_: self._ask(f"experiments/{id_}").get("metrics", {}).get("orders", {}) for id_ in EXPERIMENTS}
        return {
            (id_, variant): [arm["units"], arm["conversions"], round(arm["sum"] or 0)]
            for id_, arms in found.items()
            for variant, arm in arms.items()
        }

    def _ask(self, path):
        """Nothing where it has nothing to say yet."""
        with suppress(OSError), NO_PROXY.open(f"http://127.0.0.1:{self._port}/api/{path}", timeout=10) as answer:
            return json.load(answer)
        return {}
