"""A reader of snapshots begins again while the broker is away, and leaves nothing open behind."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from streams.settings import Settings
from streams.worker.snapshots import archive


@pytest.fixture
def made(monkeypatch):
    """Clients that were made, and whether each is open; `starts` tells what comes of starting them in turn."""

    class Client:
        def __init__(self, **_):
            self.is_open = True
            made.append(self)

        async def start(self):
            await made.starts.pop(0)()

        async def stop(self):
            self.is_open = False

    class Made(list):
        starts = ()

    made = Made()
    monkeypatch.setattr(archive, "AIOKafkaConsumer", Client)
    monkeypatch.setattr(archive, "AGAIN_S", 0)
    return made


async def away():
    raise KafkaConnectionError


async def there():
    pass


async def test_a_broker_that_is_away_is_asked_again(made):
    made.starts = [away, away, there]
    async with archive.reader(Settings()) as consumer:
        assert [one.is_open for one in made] == [False, False, True]
        assert consumer is made[-1]
    assert not consumer.is_open


async def test_but_not_for_ever(made, monkeypatch):
    monkeypatch.setattr(archive, "PATIENCE_S", -1)
    made.starts = [away]
    with pytest.raises(KafkaConnectionError):
        async with archive.reader(Settings()):
            pytest.fail("there was no broker")
    assert [one.is_open for one in made] == [False]


async def test_who_is_called_off_while_it_starts_leaves_nothing_open(made):
    """Partitions are handed out anew while a broker that was away comes back."""
    made.starts = [asyncio.get_running_loop().create_future]

    async def read():
        async with archive.reader(Settings()):
            pytest.fail("there was no broker")

    reading = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert [one.is_open for one in made] == [False]
