"""What ingest tells every canonical log: no more than is written and committed."""

import pytest
from aiokafka.errors import KafkaConnectionError

from streams.codecs.foreign.base import Route
from streams.codecs.rekeyed import RekeyedDecoder
from streams.codecs.routes import Routes
from streams.core.topology import CONVERSIONS, EXPOSURES
from streams.worker.clock import MARGIN_MS
from streams.worker.ingest.marks import Marks
from streams.worker.ingest.sources import Sources
from tests.worker.ingest.samples import KEY, NOW, PLACE, ROUTES, Outlet, settings
from tests.worker.rig import START
from tests.worker.samples import Broker


@pytest.fixture
def sources():
    sources = Sources()
    sources.assign({PLACE: 10})
    sources[PLACE].write(12, START)
    return sources


@pytest.fixture
def outlet():
    return Outlet(shop=6, app=2)


def broker(end, committed=12):
    return Broker(ends={tuple(PLACE): end}, published={PLACE: committed})


def marks(sources, outlet, routes=ROUTES, **changes):
    return Marks(settings(**changes), routes, sources, outlet, now=lambda: NOW)


def heard(outlet):
    """What a worker reads, by place."""
    found = {}
    for line in outlet.lines:
        place = line.topic, line.partition
        found[place] = RekeyedDecoder(KEY.encode(), place).decode(line.value)
    return found


async def test_every_canonical_partition_is_told(sources, outlet):
    await marks(sources, outlet).tell(broker(end=20))
    told = heard(outlet)
    assert told.keys() == {(topic, p) for topic in (EXPOSURES, CONVERSIONS) for p in range(4)}
    assert all((one.sources, one.read_to) == ({"shop": 6}, {"shop": {5: START}}) for one in told.values())


async def test_where_nothing_more_has_come_the_time_goes_on(sources, outlet):
    await marks(sources, outlet).tell(broker(end=12))
    assert heard(outlet)[EXPOSURES, 0].read_to == {"shop": {5: NOW - MARGIN_MS}}


async def test_the_time_of_historic_topics_is_that_of_their_records(sources, outlet):
    await marks(sources, outlet, idle_clock="record").tell(broker(end=12))
    assert heard(outlet)[EXPOSURES, 0].read_to == {"shop": {5: START}}


async def test_a_producer_whose_clock_is_fast_does_not_move_ours_beyond_the_present(sources, outlet):
    sources[PLACE].see(2**62)
    await marks(sources, outlet).tell(broker(end=20))
    assert heard(outlet)[EXPOSURES, 0].read_to == {"shop": {5: NOW}}


async def test_it_is_committed_before_it_is_told(sources, outlet):
    consumer, before = broker(end=20), []
    publish = consumer.publish

    async def watched(offsets):
        before.append(list(outlet.lines))
        await publish(offsets)

    consumer.publish = watched
    await marks(sources, outlet).tell(consumer)
    assert before == [[]]
    assert consumer.calls[-1] == ("publish", {PLACE: 12})


async def test_what_could_not_be_committed_is_not_told(sources, outlet):
    await marks(sources, outlet).tell(broker(end=20, committed=11))
    assert outlet.lines == []


async def test_while_the_broker_is_away_nothing_is_told(sources, outlet):
    async def fail(*_):
        raise KafkaConnectionError

    consumer = broker(end=20)
    consumer.highwaters = fail
    await marks(sources, outlet).tell(consumer)
    assert outlet.lines == consumer.calls == []


async def test_a_process_without_partitions_asks_and_tells_nothing(sources, outlet):
    sources.clear()
    consumer = broker(end=20)
    await marks(sources, outlet).tell(consumer)
    assert outlet.lines == []
    assert "highwaters" not in consumer.calls


async def test_a_log_is_told_of_every_topic_that_is_written_there(sources, outlet):
    routes = Routes((*ROUTES.ingest, Route("app", "segment", to=frozenset({"exposures"}))))
    await marks(sources, outlet, routes).tell(broker(end=20))
    told = heard(outlet)
    assert told[EXPOSURES, 0].sources == {"shop": 6, "app": 2}
    assert told[CONVERSIONS, 0].sources == {"shop": 6}
