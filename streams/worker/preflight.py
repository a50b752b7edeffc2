"""What must be true before a worker joins the group; each refusal names what is wrong and the fix."""

from collections.abc import Mapping

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

from streams.core.definition import Catalogue
from streams.core.topology import topics
from streams.settings import Settings


class NotReadyError(Exception):
    """The worker can't start."""


def check_catalogue(catalogue: Catalogue) -> None:
    """Every worker must agree when an epoch begins, so the definition has to say it."""
    for experiment in catalogue:
        if experiment.effective_from is None:
            raise NotReadyError(
                f"experiment {experiment.id}: /schedule/start_at is missing; set it, for example to a minute from now: "
                "a worker judges only what starts at a declared time"
            )


async def check_topics(settings: Settings) -> None:
    """Every topic is there with the partitions the settings say."""
    there = await _partitions(settings.bootstrap_servers)
    for topic in topics(settings.partitions, settings.evaluation_partitions):
        found = there.get(topic.name, 0)
        if found == 0:
            raise NotReadyError(f"topic {topic.name} is missing; create it with `peekproof topics apply`")
        if found != topic.partitions:
            raise NotReadyError(
                f"topic {topic.name} has {found} partitions, but the settings say {topic.partitions}; "
                "set partitions and evaluation_partitions to what the topics have"
            )


async def _partitions(servers: str) -> Mapping[str, int]:
    client = AIOKafkaClient(bootstrap_servers=servers)
    try:
        await client.bootstrap()
        cluster = await client.fetch_all_metadata()
        return {topic: len(cluster.partitions_for_topic(topic)) for topic in cluster.topics()}
    except KafkaConnectionError as error:
        raise NotReadyError(f"no broker answers at {servers}: {error}; check address and credentials") from error
    finally:
        await client.close()
