"""Bring the broker's topics to what the topology says: first the plan, which a person can read, then exactly that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaTimeoutError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from streams.core.problems import MendableError
from streams.core.topology import APPLICATION, Topic

PATIENCE_MS = 10_000


class RefusedError(MendableError, ValueError):
    """A change that is not made; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Create:
    topic: Topic

    def __str__(self) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in sorted(self.topic.settings.items()))
        return f"create {self.topic.name}: {self.topic.partitions} partitions, {settings}"


@dataclass(frozen=True, slots=True)
class Set:
    topic: str
    name: str
    present: str
    value: str

    def __str__(self) -> str:
        return f"set {self.name} of {self.topic}: {self.present} -> {self.value}"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Another number of partitions: the same key would go elsewhere than its past did."""

    topic: str
    present: int
    partitions: int

    def __str__(self) -> str:
        return (
            f"refuse to give {self.topic} {self.partitions} partitions instead of {self.present}: its records are "
            f"keyed, so units would part from their past; keep {self.present}, or start anew with empty topics"
        )


Change = Create | Set | Refuse


def plan(bootstrap: str, topics: Iterable[Topic]) -> list[Change]:
    """What `apply` would change: nothing, where the broker holds what it should.

    Raises:
        ConnectionError: no broker answers there.
    """
    wanted = list(topics)
    with _Admin(bootstrap) as admin:
        found = _found(admin, wanted)
    return [change for topic in wanted for change in _changes(topic, found.get(topic.name))]


def apply(bootstrap: str, changes: Sequence[Change]) -> None:
    """Make these changes, or none of them if one is refused.

    Raises:
        RefusedError: one is refused, or the broker doesn't accept a setting.
        ConnectionError: no broker answers there.
    """
    if refused := [str(change) for change in changes if isinstance(change, Refuse)]:
        raise RefusedError("\n".join(refused))
    with _Admin(bootstrap) as admin:
        for change in changes:
            _make(admin, change)


def _changes(wanted: Topic, present: Topic | None) -> Iterator[Change]:
    if present is None:
        yield Create(wanted)
        return
    if present.partitions != wanted.partitions:
        yield Refuse(wanted.name, present.partitions, wanted.partitions)
    for name, value in sorted(wanted.settings.items()):
        if present.settings[name] != value:
            yield Set(wanted.name, name, present.settings[name], value)


class _Admin(KafkaAdminClient):
    """An admin client that ends what it has started also when it finds no broker."""

    def __init__(self, bootstrap: str) -> None:
        self._closed = False
        try:
            super().__init__(bootstrap_servers=bootstrap, client_id=APPLICATION, bootstrap_timeout_ms=PATIENCE_MS)
        except KafkaTimeoutError as failure:
            self.close()
            raise ConnectionError(
                f"no Kafka broker answers at {bootstrap}: is it up, and is this the address it listens at? "
                "A broker that asks for other credentials or another security protocol stays silent too"
            ) from failure


def _found(admin: KafkaAdminClient, wanted: Sequence[Topic]) -> dict[str, Topic]:
    partitions = dict(_partitions(admin, wanted))
    there = [topic for topic in wanted if topic.name in partitions]
    settings = _settings(admin, there) if there else {}
    return {topic.name: Topic(topic.name, partitions[topic.name], settings[topic.name]) for topic in there}


def _partitions(admin: KafkaAdminClient, wanted: Sequence[Topic]) -> Iterator[tuple[str, int]]:
    for described in admin.describe_topics([topic.name for topic in wanted]):
        with suppress(UnknownTopicOrPartitionError):
            if described["error_code"]:
                raise for_code(described["error_code"])(described["name"])
            yield described["name"], len(described["partitions"])


def _settings(admin: KafkaAdminClient, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    questions = [ConfigResource(ConfigResourceType.TOPIC, topic.name, list(topic.settings)) for topic in topics]
    answers: Mapping[str, Mapping[str, Mapping[str, str]]] = admin.describe_configs(questions, config_filter="all")[
        "topic"
    ]
    return {topic: {name: entry["value"] for name, entry in entries.items()} for topic, entries in answers.items()}


def _make(admin: KafkaAdminClient, change: Change) -> None:
    match change:
        case Create(topic):
            _create(admin, topic)
        case Set():
            _set(admin, change)


def _create(admin: KafkaAdminClient, topic: Topic) -> None:
    wanted = {"num_partitions": topic.partitions, "configs": topic.settings}
    with suppress(TopicAlreadyExistsError):  # somebody was faster: the next plan tells whether it is the same
        admin.create_topics({topic.name: wanted}, wait_for_metadata=True)


def _set(admin: KafkaAdminClient, change: Set) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, change.topic, {change.name: change.value})
    answer = admin.alter_configs([resource])["topic"][change.topic]
    if answer != "OK":
        raise RefusedError(f"cannot {change}: {answer}")
