"""Committed offsets: a hint of what has been published."""

from tests.worker.transport.conftest import CONVERTED, EXPOSED


def commits(consumer):
    return [offsets for call, offsets in consumer._thread.calls if call == "commit"]


async def test_only_what_is_ahead_is_committed(consumer):
    consumer._thread.committed[EXPOSED] = 5
    await consumer.perform_seek()
    await consumer.publish({EXPOSED: 5, CONVERTED: 3})
    await consumer.publish({EXPOSED: 5, CONVERTED: 3})
    assert commits(consumer) == [{CONVERTED: 3}]
    assert (consumer.published(EXPOSED), consumer.published(CONVERTED)) == (5, 3)


async def test_partitions_that_have_gone_are_not_committed(consumer):
    consumer._thread.assignment = lambda: {EXPOSED}
    await consumer.publish({CONVERTED: 3})
    assert commits(consumer) == []


async def test_a_commit_that_is_refused_is_tried_again(consumer):
    async def refuse(_):
        return False

    commit, consumer._thread.commit = consumer._thread.commit, refuse
    await consumer.publish({EXPOSED: 5})
    assert consumer.published(EXPOSED) == 0
    consumer._thread.commit = commit
    await consumer.publish({EXPOSED: 5})
    assert commits(consumer) == [{EXPOSED: 5}]


async def test_a_commit_of_a_topic_that_has_been_made_anew_is_not_believed(consumer):
    consumer._thread.committed |= {EXPOSED: 101, CONVERTED: 100}
    await consumer.perform_seek()
    assert (consumer.published(EXPOSED), consumer.published(CONVERTED)) == (0, 100)
