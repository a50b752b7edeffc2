"""Where ingest begins to read: where its group has committed, else at the beginning; never above a loss."""

import pytest
from faust.types import TP

from streams.worker.ingest.app import make_app
from streams.worker.ingest.sources import Sources
from streams.worker.transport import refusals
from tests.worker.ingest.samples import settings

FIRST, SECOND = TP("shop", 0), TP("shop", 1)
BEGINNINGS = {FIRST: 3, SECOND: 4}


class DiedError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
async def consumer(monkeypatch):
    def die(reason, **_):
        raise DiedError(reason)

    async def earliest(*places):
        return {place: BEGINNINGS[place] for place in places}

    monkeypatch.setattr(refusals, "die", die)
    consumer = make_app(settings(), Sources()).consumer
    consumer._thread.thread_loop.close()
    consumer.earliest_offsets = earliest
    return consumer


async def test_of_a_partition_nobody_has_read_the_beginning(consumer):
    consumer._committed_offset[FIRST] = 7
    assert await consumer._starts({FIRST: 9, SECOND: 9}) == {FIRST: 7, SECOND: 4}
    assert {tp: one.offset for tp, one in consumer.app.sources.items()} == {FIRST: 7, SECOND: 4}


async def test_ingest_is_a_group_of_its_own(consumer):
    assert consumer.app.conf.id == "peekproof-ingest"


async def test_a_process_that_comes_back_is_not_given_the_topics_it_had_before(consumer):
    assert consumer.app.conf.consumer_group_instance_id is None


async def test_records_that_are_gone_before_they_were_read_end_it_with_the_way_on(consumer):
    consumer._committed_offset[FIRST] = 2
    with pytest.raises(DiedError, match="kafka-consumer-groups --group peekproof-ingest --reset-offsets"):
        await consumer._starts({FIRST: 9})
