"""Which listener hears of which record."""

import pytest

from streams.core.topology import DECISIONS, EVIDENCE
from streams.worker.board_feed import Listener, tell


@pytest.mark.parametrize(
    ("topic", "key", "value", "expected"),
    [
        (EVIDENCE, b"one", b'{"a":1}', ("evidence", "one", {"a": 1})),
        (EVIDENCE, b"one.two@1700000000000", b'{"t":1}', ("point", "one.two", {"t": 1})),
        (DECISIONS, b"one", b'{"id":"x"}', ("decision", {"id": "x"})),
    ],
)
def test_each_record_has_one_listener(topic, key, value, expected):
    heard = []
    listener = Listener(
        lambda *what: heard.append(("evidence", *what)),
        lambda *what: heard.append(("point", *what)),
        lambda *what: heard.append(("decision", *what)),
    )
    tell(listener, topic, key, value)
    tell(listener, topic, key, None)
    assert heard == [expected]
