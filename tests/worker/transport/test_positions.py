"""Where logs are read from after a rebalance, after a gap, and when not at all."""

import pytest

from streams.worker.transport.batch import batch
from tests.worker.samples import exposed, take
from tests.worker.transport.conftest import ASSIGNED, CHANGELOG, CONVERTED, COUNTED, EXPOSED, DiedError


def sought(consumer):
    return [positions for call, positions in consumer._thread.calls if call == "seek"]


async def test_the_source_is_read_on_from_the_state_and_counts_from_their_end(consumer):
    take(consumer.app.readings[0], exposed(0, 4))
    consumer._thread.ends[EXPOSED] = 4
    await consumer.perform_seek()
    assert sought(consumer) == [{EXPOSED: 4, CONVERTED: 0, COUNTED: 100}]


async def test_what_agents_read_is_held_back_until_it_is_sought_and_the_queues_are_emptied(consumer):
    consumer.resume_partitions(ASSIGNED)
    await consumer.perform_seek()
    assert consumer._active_partitions == {CHANGELOG}
    consumer.resume_flow()
    assert consumer._active_partitions == ASSIGNED


async def test_a_worker_whose_seek_took_too_long_dies_instead_of_reading_nothing(consumer):
    consumer.resume_partitions(ASSIGNED)
    with pytest.raises(DiedError, match="did not tell in time"):
        consumer.resume_flow()


async def test_the_flow_goes_on_during_recovery_and_after_the_seek(consumer):
    consumer.stop_flow()
    consumer.resume_partitions({CHANGELOG})
    consumer.resume_flow()
    consumer.stop_flow()
    consumer.resume_partitions(ASSIGNED)
    await consumer.perform_seek()
    consumer.resume_flow()
    assert consumer.flow_active


@pytest.mark.parametrize("event", ["revoked", "assigned"])
async def test_a_rebalance_that_overtakes_another_does_not_wait_for_its_seek(consumer, event):
    async def ignore(*_):
        pass

    consumer._on_partitions_revoked = consumer._on_partitions_assigned = ignore
    consumer.resume_partitions(ASSIGNED)
    await getattr(consumer, f"on_partitions_{event}")(ASSIGNED)
    consumer.resume_flow()
    assert consumer.flow_active


async def test_batches_from_before_a_revocation_cause_no_seek(consumer):
    async def ignore(*_):
        pass

    consumer._on_partitions_revoked = ignore
    content = batch(EXPOSED, exposed(5), 0)
    assert consumer.is_current(content)
    await consumer.on_partitions_revoked({EXPOSED})
    assert not consumer.is_current(content)


async def test_a_gap_is_read_again_from_the_state(consumer):
    await consumer.reread(EXPOSED, 4)
    assert sought(consumer) == [{EXPOSED: 4}]


async def test_a_log_that_lost_what_the_state_needs_is_refused(consumer):
    consumer._thread.earliest[CONVERTED] = 9
    expected = r"peekproof\.conversions begins at offset 9, but its state needs it from 0: .* raise retention.ms"
    with pytest.raises(DiedError, match=expected):
        await consumer.perform_seek()
    with pytest.raises(DiedError, match=expected):
        await consumer.reread(CONVERTED, 0)


async def test_a_log_that_has_become_shorter_than_the_state_is_refused(consumer):
    take(consumer.app.readings[0], exposed(0, 4))
    consumer._thread.ends[EXPOSED] = 3
    with pytest.raises(DiedError, match=r"peekproof\.exposures ends at offset 3, but its state has read it up to 4"):
        await consumer.perform_seek()


async def test_exposures_and_conversions_of_a_unit_must_meet(consumer):
    assert consumer.source() == {0}
    consumer._thread.assignment = lambda: {EXPOSED}
    with pytest.raises(DiedError, match="give both topics the same partitions"):
        consumer.source()
