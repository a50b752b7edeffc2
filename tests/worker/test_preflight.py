"""What keeps a worker from starting."""

from dataclasses import replace

import pytest

from streams.core.definition import Catalogue
from streams.core.topology import EXPOSURES, topics
from streams.lab import embedded
from streams.settings import Settings
from streams.worker.preflight import NotReadyError, check_catalogue, check_topics
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


async def test_a_broker_that_does_not_answer_is_named():
    with pytest.raises(NotReadyError, match=r"no broker answers at 127\.0\.0\.1:1"):
        await check_topics(Settings(bootstrap_servers="127.0.0.1:1"))


def test_a_definition_must_say_when_it_starts():
    check_catalogue(CATALOGUE)
    with pytest.raises(NotReadyError, match=r"experiment one: /schedule/start_at is missing; set it"):
        check_catalogue(Catalogue({"one": replace(X, effective_from=None)}))
