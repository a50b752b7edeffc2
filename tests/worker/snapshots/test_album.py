"""What an owner writes: whatever becomes of it, and whoever else writes, what is in the log is complete."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.codecs.cloudevents import Decoder
from streams.codecs.snapshots import chain, newest
from streams.core.events import KINDS
from streams.core.recovery import restore
from streams.worker.reading import Reading
from streams.worker.snapshots import album
from streams.worker.snapshots.album import Album
from tests.worker.samples import CATALOGUE, Broker, attribution, exposed, take

OURS = "ours"


class Owner:
    """A worker's reading of a log, and its album."""

    def __init__(self, obsolete=(), broker=None):
        self.reading, self.broker = Reading(attribution(), dict.fromkeys(KINDS, Decoder())), broker or Broker()
        self.album = Album(self.reading, OURS, obsolete)

    async def keep(self, count):
        take(self.reading, exposed(self.reading.offsets["exposures"], count))
        await self.album.take(self.broker)


def records(sent):
    """What a compacted log holds after these."""
    latest = {key: value for _, _, key, value in sent}
    return {key: value for key, value in latest.items() if value is not None}


def restored(sent):
    """Offset and units of the state to which they lead."""
    found = records(sent)
    manifest = newest(found, OURS)
    if manifest is None:
        return None
    state = restore(CATALOGUE, 0, chain(manifest, found))
    return state.offsets["exposures"], state.units


def kinds(sent):
    return "".join(key[:1].decode() if value is not None else "-" for _, _, key, value in sent)


async def test_a_base_and_its_deltas_lead_to_the_state():
    owner = Owner()
    for count in (500, 20, 3):
        await owner.keep(count)
    assert restored(owner.broker.sent) == (523, 523)
    assert kinds(owner.broker.sent) == "ccm" * 3


async def test_nothing_is_written_when_nothing_was_read():
    owner = Owner()
    await owner.keep(5)
    before, owner.album.covers = len(owner.broker.sent), None
    await owner.album.take(owner.broker)
    assert len(owner.broker.sent) == before
    assert owner.album.covers is not None


async def test_deltas_that_outgrow_their_base_are_followed_by_a_new_one_and_then_all_of_them_go():
    owner = Owner()
    for count in (500, 400, 200, 1):
        await owner.keep(count)
    assert kinds(owner.broker.sent) == "ccmccmccmccm------"
    assert restored(owner.broker.sent) == (1_101, 1_101)
    assert len(records(owner.broker.sent)) == 3


async def test_a_chain_does_not_grow_for_ever(monkeypatch):
    monkeypatch.setattr(album, "LINKS", 3)
    owner = Owner()
    for count in (500, 1, 1, 1):
        await owner.keep(count)
    assert kinds(owner.broker.sent) == "ccmccmccmccm------"


async def test_what_others_left_goes_when_there_is_a_base_and_not_before():
    owner = Owner([b"m/other", b"c/other.0/0"])
    await owner.keep(5)
    assert kinds(owner.broker.sent) == "ccm--"
    assert [key for _, _, key, value in owner.broker.sent if value is None] == [b"m/other", b"c/other.0/0"]


async def test_a_snapshot_waits_until_what_was_refused_is_published():
    owner = Owner()
    take(owner.reading, exposed(0, 5))
    async with owner.reading.lock:
        waiting = asyncio.create_task(owner.album.take(owner.broker))
        await asyncio.sleep(0)
        assert owner.broker.sent == []
    await waiting
    assert restored(owner.broker.sent) == (5, 5)


class Revoking(Broker):
    """Hands the partition out anew when it is sent its so-many-th record."""

    async def send(self, *letter):
        if len(self.sent) == self.answers["last"]:
            self.owner.album.close()
            self.owner.reading.attribution.drop()
        return await super().send(*letter)


async def test_what_is_being_taken_when_the_partition_is_handed_out_anew_is_not_told():
    owner = Owner(broker=Revoking(last=3))
    owner.broker.owner = owner
    await owner.keep(5)
    covers = owner.album.covers
    await owner.keep(5)
    await owner.keep(5)
    assert kinds(owner.broker.sent) == "ccmc"
    assert owner.album.covers == covers
    assert restored(owner.broker.sent) == (5, 5)


async def test_a_successor_in_the_same_process_begins_with_a_whole_one():
    owner = Owner()
    await owner.keep(5)
    owner.album.close()
    owner.reading.attribution.drop()
    owner.album = Album(owner.reading, OURS, records(owner.broker.sent))
    await owner.keep(1)
    assert kinds(owner.broker.sent) == "ccmccm---"
    assert restored(owner.broker.sent) == (6, 6)


SIZES = st.lists(st.integers(1, 3), min_size=1, max_size=5)


async def written(owner, sizes):
    for size in sizes:
        await owner.keep(size)
    return owner.broker.sent


@settings(max_examples=30)
@given(SIZES)
def test_cut_off_anywhere_the_log_leads_to_the_last_manifest(sizes):
    sent, reached = asyncio.run(written(Owner(), sizes)), 0
    for end in range(len(sent) + 1):
        at = restored(sent[:end])
        assert (at[0] if at else 0) >= reached
        reached = at[0] if at else 0
    assert reached == sum(sizes)


@settings(max_examples=30)
@given(SIZES, SIZES, st.data())
def test_an_owner_that_does_not_know_that_it_is_none_any_more_does_no_harm(before, sizes, data):
    old = asyncio.run(written(Owner(), before))
    first = next(end for end in range(len(old) + 1) if restored(old[:end]))
    seen = data.draw(st.integers(first, len(old)))
    new = asyncio.run(written(Owner(records(old[:seen])), [sum(before), *sizes]))
    log, queues = old[:seen], [old[seen:], new]
    while any(queues):
        queue = data.draw(st.sampled_from([queue for queue in queues if queue]))
        log.append(queue.pop(0))
        assert restored(log)
    assert restored(log) == (sum(before) + sum(sizes),) * 2
