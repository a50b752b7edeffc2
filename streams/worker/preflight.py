"""What must be true before a worker joins the group; each refusal names what is wrong and the fix."""

from collections.abc import Mapping

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from streams.codecs.routes import NONE, Routes
from streams.core.definition import Catalogue
from streams.core.topology import topics
from streams.settings import Settings
from streams.worker.topics import Set, plan


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


def check_record_times(settings: Settings, routes: Routes) -> None:
    """Topics that ingest writes carry the times it gives."""
    wanted = topics(settings.partitions, settings.evaluation_partitions, rekeyed=routes.kinds)
    ours = [topic for topic in wanted if topic.settings.get("message.timestamp.type") == "CreateTime"]
    for change in plan(settings.bootstrap_servers, ours) if ours else ():
        if isinstance(change, Set) and change.name == "message.timestamp.type":
            raise NotReadyError(
                f"topic {change.topic} has {change.present} as {change.name}, but {settings.ingest} says that ingest "
                "writes it, with times of its own; make it so with `peekproof topics apply --ingest FILE`"
            )


def check_foreign(there: Mapping[str, int], routes: Routes) -> None:
    """Every topic of a route is there."""
    for name in routes.topics:
        if name not in there:
            raise NotReadyError(f"topic {name} is missing, which a route names; correct the route or create the topic")


async def check_topics(settings: Settings, routes: Routes = NONE) -> None:
    """Every topic is there with the partitions the settings say."""
    there = await _partitions(settings.bootstrap_servers)
    check_foreign(there, routes)
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
    except KafkaError as error:  # what can't be reached for a second answer is not a KafkaConnectionError
        raise NotReadyError(f"no broker answers at {servers}: {error}; check address and credentials") from error
    finally:
        await client.close()
