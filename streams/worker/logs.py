"""Logs as JSON lines. They name topics, partitions and offsets; never payloads, never units."""

import json
import logging
import sys
from datetime import UTC, datetime

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}
LONGEST = 500  # characters of a message that is not ours: libraries like to print tables
QUIET = ("faust", "mode", "aiokafka", "kafka", "aiohttp", "asyncio")
FRAMEWORK = logging.getLogger("faust")  # for our subclasses of its services: their comings and goings are its own
REPEAT_S = 30.0  # a broker that is away is not news ten times a second


class JsonLines(logging.Formatter):
    """One record, one line: ts, level, logger, event, and what the caller passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record."""
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage()[:LONGEST],
            **{name: value for name, value in vars(record).items() if name not in PLAIN},
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Patience(logging.Filter):
    """Lets a library say the same thing again only after a while."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is news."""
        if not record.name.startswith(QUIET):
            return True
        message = str(record.msg)
        is_news = record.created - self._said.get(message, 0) >= REPEAT_S
        if is_news:
            self._said[message] = record.created
        return is_news


def configure(level: str) -> None:
    """Send everything to standard error; libraries speak only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(Patience())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
