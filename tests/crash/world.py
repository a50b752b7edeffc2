"""A broker of its own with a proxy before it, and the load: all that a run needs but workers."""

import os
import signal
from contextlib import contextmanager

from tests.crash import experiments, outputs
from tests.crash.flow import Flow
from tests.crash.load import Load
from tests.services import kafka
from tests.services.fault_proxy import FaultProxy
from tests.services.processes import alive, free_ports, wait_for

SOON = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}  # may a killed broker come back


class World:
    """Where it all happens.

    Attributes:
        broker: the one that runs now.
        proxy: between workers and broker; whoever sends or checks goes past it.
        folder: with the definitions.
    """

    def __init__(self, size, broker, proxy, folder):
        self.size, self.broker, self.proxy, self.folder = size, broker, proxy, folder
        self.load = Load(size)
        self.names = [x.id for x in self.load.experiments]
        experiments.write(folder, self.load.experiments)
        outputs.wipe(broker.bootstrap, keep=frozenset())

    @property
    def bootstrap(self):
        return self.broker.bootstrap

    def flow(self):
        return Flow(self.bootstrap, self.load)

    def kill_broker(self):
        os.kill(self.broker.pid, signal.SIGKILL)
        wait_for(lambda: not alive(self.broker.pid), 60, "the broker to be gone")

    def start_broker(self):
        self.broker = kafka.start_again(self.broker)


@contextmanager
def world(size, folder):
    """One that ends with the block."""
    listens, told = free_ports(2)
    broker = kafka.start(folder / "kafka", SOON, detour=kafka.Detour(listens, told))
    definitions = folder / "definitions"
    definitions.mkdir()
    with FaultProxy(("127.0.0.1", listens), told) as proxy:
        here = World(size, broker, proxy, definitions)
        try:
            yield here
        finally:
            here.broker.stop()
