"""What makes one event, and what is dropped instead."""

from faust.types import TP

from streams.core.topology import COUNTS
from streams.worker.transport.consumer import NOTHING_TO_READ_S
from tests.worker.transport.conftest import CHANGELOG, CONVERTED, EXPOSED, record


async def messages(consumer):
    return [message async for _, message in consumer.getmany(1.0)]


def deliver(consumer, fetched, active=None):
    consumer._active_partitions = set(fetched if active is None else active)
    consumer._thread.fetched = fetched


async def test_all_that_a_fetch_brings_of_a_partition_is_one_message(consumer):
    deliver(consumer, {EXPOSED: [record(EXPOSED, n) for n in (5, 6, 7)], CONVERTED: [record(CONVERTED, 2)]})
    exposed, converted = await messages(consumer)
    assert [(one.tp, one.offset, one.generation_id) for one in (exposed, converted)] == [
        (EXPOSED, 5, 7),
        (CONVERTED, 2, 7),
    ]
    assert [one.offset for one in exposed.value.records] == [5, 6, 7]
    assert (exposed.value.start, exposed.value.tp) == (5, EXPOSED)


async def test_a_batch_tells_whether_another_for_its_agent_follows(consumer):
    """So that counts of all partitions are judged in one go, and a round begins when all sources have been taken."""
    places = [CHANGELOG, TP(COUNTS, 0), TP(COUNTS, 1), EXPOSED, TP(COUNTS, 2), CONVERTED]
    deliver(consumer, {place: [record(place, 0)] for place in places})
    told = [(one.tp, one.value.more) for one in await messages(consumer) if one.tp != CHANGELOG]
    assert told == list(zip(places[1:], [True, True, True, False, False], strict=True))


async def test_a_changelog_comes_record_by_record_for_faust(consumer):
    deliver(consumer, {CHANGELOG: [record(CHANGELOG, n) for n in (0, 1)]})
    assert [(one.offset, one.key, one.value) for one in await messages(consumer)] == [
        (0, b"key", b"{}"),
        (1, b"key", b"{}"),
    ]


async def test_a_changelog_that_is_paused_meanwhile_is_not_delivered(consumer):
    async def pause(*_):
        consumer.pause_partitions({CHANGELOG})
        return {CHANGELOG: [record(CHANGELOG, 0)]}

    deliver(consumer, {CHANGELOG: []})
    consumer._thread.getmany = pause
    assert await messages(consumer) == []


async def test_a_source_that_is_paused_meanwhile_is_delivered_as_its_position_has_moved(consumer):
    async def pause(*_):
        consumer.pause_partitions({EXPOSED})
        return {EXPOSED: [record(EXPOSED, 0)]}

    deliver(consumer, {EXPOSED: []})
    consumer._thread.getmany = pause
    assert len(await messages(consumer)) == 1


async def test_a_batch_tells_after_which_seek_it_was_asked_for(consumer):
    deliver(consumer, {EXPOSED: [record(EXPOSED, 5)]})
    (before,) = await messages(consumer)
    await consumer.reread(EXPOSED, 3)
    (after,) = await messages(consumer)
    assert [consumer.is_current(one.value) for one in (before, after)] == [False, True]


async def test_a_seek_during_a_fetch_makes_what_it_brings_old(consumer):
    async def seek(*_):
        await consumer.reread(EXPOSED, 3)
        return {EXPOSED: [record(EXPOSED, 5)], CONVERTED: [record(CONVERTED, 5)]}

    deliver(consumer, {EXPOSED: []})
    consumer._thread.getmany = seek
    assert [consumer.is_current(one.value) for one in await messages(consumer)] == [False, True]


async def test_nothing_is_delivered_once_a_rebalance_has_begun(consumer):
    fetched = {place: [record(place, 5)] for place in (EXPOSED, CONVERTED)}
    for begin in (consumer.stop_flow, lambda: setattr(consumer.app, "consumer_generation_id", 8)):
        consumer.resume_flow()
        deliver(consumer, fetched)
        delivered = []
        async for place, _ in consumer.getmany(1.0):
            delivered.append(place)
            begin()
        assert delivered == [EXPOSED]


async def test_faust_is_not_led_to_seek_to_committed_offsets_in_a_rebalance(consumer):
    async def stop(*_):
        consumer.stop_flow()
        return {EXPOSED: [record(EXPOSED, 0)]}

    deliver(consumer, {EXPOSED: []})
    consumer._thread.getmany = stop
    assert await messages(consumer) == []
    assert consumer._thread.calls == []


async def test_the_partitions_asked_for_do_not_change_while_another_thread_reads_them(consumer):
    deliver(consumer, {}, active={EXPOSED})
    await messages(consumer)
    ((_, asked),) = consumer._thread.calls
    consumer.pause_partitions({EXPOSED})
    assert asked == {EXPOSED}


async def test_without_active_partitions_nothing_is_fetched_and_they_are_looked_for_soon(consumer):
    async def sleep(seconds):
        slept.append(seconds)

    slept, consumer.sleep = [], sleep
    deliver(consumer, {EXPOSED: [record(EXPOSED, 0)]}, active=())
    assert await messages(consumer) == []
    assert (consumer._thread.calls, slept) == ([], [NOTHING_TO_READ_S])


async def test_a_full_queue_keeps_the_partition_active(consumer):
    deliver(consumer, {EXPOSED: []})
    consumer.on_buffer_full(EXPOSED)
    assert consumer._active_partitions == {EXPOSED}
