"""What keeps a worker from starting."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.client import AIOKafkaClient

from streams.codecs.foreign.base import Route
from streams.codecs.routes import NONE, Routes
from streams.core.definition import Catalogue
from streams.core.topology import EXPOSURES, topics
from streams.lab import embedded
from streams.settings import Settings
from streams.worker import preflight
from streams.worker.preflight import NotReadyError, check_catalogue, check_record_times, check_topics
from streams.worker.topics import Set
from tests.worker.samples import CATALOGUE, X


@pytest.fixture(scope="module")
def broker():
    with embedded.broker() as running:
        for topic in topics(4, 4):
            running.create(topic.name, topic.partitions)
        yield running.bootstrap


async def test_topics_as_the_settings_say_are_fine(broker):
    await check_topics(Settings(bootstrap_servers=broker))


async def test_other_partitions_than_the_settings_say_are_refused(broker):
    with pytest.raises(NotReadyError, match=f"{EXPOSURES} has 4 partitions, but the settings say 8; set partitions"):
        await check_topics(Settings(bootstrap_servers=broker, partitions=8))


async def test_a_foreign_topic_that_is_not_there_is_refused(broker):
    routes = Routes((Route("shop", "cloudevents"),))
    with pytest.raises(NotReadyError, match="topic shop is missing, which a route names; correct the route"):
        await check_topics(Settings(bootstrap_servers=broker), routes)


def test_where_nothing_is_re_keyed_record_times_are_not_asked_for():
    check_record_times(Settings(bootstrap_servers="127.0.0.1:1"), NONE)


@pytest.mark.parametrize(("present", "is_fine"), [("LogAppendTime", False), ("CreateTime", True)])
def test_a_topic_that_ingest_writes_must_keep_the_times_it_gives(monkeypatch, present, is_fine):
    def plan(_address, topics):
        changes = [Set(topic.name, "message.timestamp.type", present, "CreateTime") for topic in topics]
        return [] if is_fine else changes

    monkeypatch.setattr(preflight, "plan", plan)
    routes = Routes((Route("shop", "cloudevents", to=frozenset({"exposures"})),))
    with (
        nullcontext() if is_fine else pytest.raises(NotReadyError, match=rf"{EXPOSURES} has LogAppendTime .* --ingest")
    ):
        check_record_times(Settings(ingest=Path("ingest.yaml")), routes)


async def test_a_broker_that_does_not_answer_is_named():
    with pytest.raises(NotReadyError, match=r"no broker answers at 127\.0\.0\.1:1"):
        await check_topics(Settings(bootstrap_servers="127.0.0.1:1"))


async def test_so_is_one_that_is_gone_after_its_first_answer(broker, monkeypatch):
    async def unreachable(*_, **__):
        return None

    monkeypatch.setattr(AIOKafkaClient, "_get_conn", unreachable)
    with pytest.raises(NotReadyError, match=f"no broker answers at {broker}"):
        await check_topics(Settings(bootstrap_servers=broker))


def test_a_definition_must_say_when_it_starts():
    check_catalogue(CATALOGUE)
    with pytest.raises(NotReadyError, match=r"experiment one: /schedule/start_at is missing; set it"):
        check_catalogue(Catalogue({"one": replace(X, effective_from=None)}))
