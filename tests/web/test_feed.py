"""Server-sent events: everybody hears everything, nobody holds the others up."""

from streams.web.feed import Feed


async def all_of(messages):
    return [message async for message in messages]


async def test_every_subscriber_hears_every_message_in_order():
    feed = Feed()
    with feed.subscribe() as one, feed.subscribe() as two:
        feed.publish("point", {"t": 1})
        feed.publish("point", {"t": 2})
        expected = [b'event: point\ndata: {"t":1}\n\n', b'event: point\ndata: {"t":2}\n\n']
        assert [expected, expected] == [[await anext(m), await anext(m)] for m in (one, two)]


async def test_a_subscriber_that_lags_too_far_is_let_go_and_the_others_are_not():
    feed = Feed(backlog=2)
    with feed.subscribe() as quick, feed.subscribe() as slow:
        for t in range(3):
            feed.publish("point", {"t": t})
            await anext(quick)
        assert feed.watchers == 1
        assert await all_of(slow) == []


async def test_silence_is_filled_with_comments():
    with Feed(heartbeat=0.001).subscribe() as messages:
        assert await anext(messages) == b": still here\n\n"


async def test_closing_the_feed_ends_every_subscription():
    feed = Feed()
    with feed.subscribe() as messages:
        feed.close()
        assert await all_of(messages) == []


async def test_a_subscriber_that_leaves_is_forgotten():
    feed = Feed()
    with feed.subscribe():
        assert feed.watchers == 1
    assert feed.watchers == 0


async def test_a_line_break_inside_a_value_cannot_end_the_message():
    feed = Feed()
    with feed.subscribe() as messages:
        feed.publish("experiment", {"name": "a\n\nevent: decision\ndata: {}"})
        assert (await anext(messages)).count(b"\n\n") == 1
