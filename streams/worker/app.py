"""The Faust application: raw bytes in and out, no web, no declarations, no restarts of what is broken."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import faust

from streams.core.topology import APPLICATION
from streams.settings import Settings
from streams.worker.fatal import die
from streams.worker.lease import Lease
from streams.worker.logs import FRAMEWORK
from streams.worker.readings import Readings
from streams.worker.transport import Transport

FETCH_BYTES = 1 << 20  # of a partition at a time; a larger record comes all the same, alone
PACK_BYTES = 256 << 10  # of a record batch at most: with 16 KB a flood of rejected records is as many requests
PATIENCE_S = 120.0  # how long the broker may be away before a lost send ends the worker


class App(faust.App):
    """Faust's app with what the agents work on."""

    logger = FRAMEWORK
    settings: Settings
    readings: Readings
    fences: tuple[Callable[[], None], ...] = ()  # called before partitions go: what was begun is not to be written

    @cached_property
    def lease(self) -> Lease:
        """Renewed by the consumer, held by the producer."""
        return Lease(self.settings.session_timeout_s, PATIENCE_S)

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    async def _on_agent_error(self, agent: Any, error: BaseException) -> None:
        """Faust would restart the agent and lose the event it failed on."""
        die(f"the {agent.name} agent has failed", error)

    async def crash(self, reason: BaseException) -> None:
        """Any part of Faust that fails ends here."""
        die("a part of the worker has failed", reason)


def make_app(settings: Settings, readings: Readings) -> App:
    """The configured application, without agents."""
    app = App(APPLICATION, **configuration(settings))
    app.settings, app.readings = settings, readings
    return app


def configuration(settings: Settings) -> dict[str, Any]:
    """What Faust and its clients are told, whatever they work for."""
    return {
        "broker": [f"kafka://{server}" for server in settings.bootstrap_servers.split(",")],
        "key_serializer": "raw",
        "value_serializer": "raw",
        "datadir": settings.data,
        "store": "memory://",
        "web_enabled": False,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "table_standby_replicas": 0,
        "consumer_group_instance_id": settings.instance_id,
        "broker_session_timeout": settings.session_timeout_s,
        "broker_heartbeat_interval": settings.session_timeout_s / 4,
        "broker_rebalance_timeout": PATIENCE_S / 2,
        "broker_request_timeout": max(PATIENCE_S / 3, settings.session_timeout_s),
        "producer_request_timeout": PATIENCE_S,
        "producer_linger": 0.0,
        "producer_max_batch_size": PACK_BYTES,
        "producer_max_request_size": 4 << 20,
        "consumer_max_fetch_size": FETCH_BYTES,
        "stream_wait_empty": False,
        "cython_optimizations": True,
    }
