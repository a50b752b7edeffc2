"""One JSON object a line."""

import json
import logging

from streams.worker.logs import LONGEST, REPEAT_S, JsonLines, Patience


def formatted(message, *args, **facts):
    record = logging.makeLogRecord(
        {"name": "streams.x", "levelname": "INFO", "created": 0, "msg": message, "args": args}
    )
    vars(record).update(facts)
    return json.loads(JsonLines().format(record))


def test_a_line_has_time_level_logger_event_and_facts():
    assert formatted("read %s", 3, topic="t", offset=7) == {
        "ts": "1970-01-01T00:00:00.000+00:00",
        "level": "info",
        "logger": "streams.x",
        "event": "read 3",
        "topic": "t",
        "offset": 7,
    }


def test_a_line_stays_a_line_and_short():
    assert formatted("a\nb" * LONGEST)["event"] == ("a\nb" * LONGEST)[:LONGEST]


def test_a_library_repeats_itself_only_after_a_while_and_we_are_always_heard():
    patience = Patience()

    def heard(name, seconds):
        return patience.filter(logging.makeLogRecord({"name": name, "msg": "no broker", "created": 1e9 + seconds}))

    assert [heard("aiokafka.conn", second) for second in (0, 1, REPEAT_S - 1, REPEAT_S)] == [True, False, False, True]
    assert [heard("streams.worker", second) for second in (0, 1)] == [True, True]
