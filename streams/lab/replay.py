"""Replay: recorded events through the same core, without a broker."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.codecs.cloudevents import Decoder, parse
from streams.codecs.definitions import load
from streams.codecs.files import lines as lines_of
from streams.codecs.rekeyed import is_watermark
from streams.codecs.wire import ConversionEvent, Event
from streams.core.definition import Catalogue
from streams.core.events import MAX_BYTES, Arrival
from streams.core.outcomes.base import Object
from streams.core.times import parse_instant
from streams.lab.driver import Driver, first_event

Progress = Callable[[str, int], None]


class Line(NamedTuple):
    """A decoded line with its place in the order of a replay."""

    time: int
    source: str
    id: str
    kind: str
    text: bytes
    arrival: Arrival


def replay(
    experiments: Path,
    events: list[Path],
    out: Path,
    look_every: int = 60,
    until: str | None = None,
    *,
    now: int,
    progress: Progress = lambda _stage, _done: None,
) -> Object:
    """Judge recorded events and write `report.json` and `decisions.jsonl` to `out`.

    Args:
        experiments: folder of definitions.
        events: CloudEvents JSON lines, plain or .gz, in any order.
        out: folder, made if need be.
        look_every: seconds of record time between looks.
        until: RFC 3339 time to which the clock runs on; without it, until the last unit has matured.
        now: machine time (ms), against which events of a file without record times may lie in the future.
        progress: called with a stage and the number of lines done.

    Returns:
        The report.
    """
    end = parse_instant(until) if until else None
    with _no_collection():
        report, decisions = _judge(load(experiments), events, look_every * 1000, end, now, progress)
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    (out / "decisions.jsonl").write_bytes(b"".join(record + b"\n" for record in decisions))
    return report


def _judge(
    catalogue: Catalogue, events: list[Path], every: int, until: int | None, now: int, progress: Progress
) -> tuple[Object, list[bytes]]:
    lines, refused = read(events, now, progress)
    began = first_event(catalogue, lines)
    driver = Driver(catalogue if began is None else catalogue.starting(began), every)
    decisions = list(driver.run(lines, until, progress))
    return driver.report(refused), decisions


@contextmanager
def _no_collection() -> Iterator[None]:
    """State only grows during a replay: looking for cycles in it costs a quarter of the time and finds none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read(files: Iterable[Path], now: int, progress: Progress) -> tuple[list[Line], Counter[str]]:
    """All lines in the order of (record time, source, id), and how many could not be decoded, by reason."""
    decoder, lines, refused = Decoder(), [], Counter[str]()
    for number, text in enumerate(lines_of(files)):
        line = _decode(decoder, text, now)
        if isinstance(line, Line):
            lines.append(line)
        elif not (line == "unknown_type" and is_watermark(text)):  # exported with the events of a topic
            refused[line] += 1
        if number % 20_000 == 0:
            progress("reading", number)
    lines.sort(key=itemgetter(0, 1, 2, 3, 4))
    return lines, refused


def _decode(decoder: Decoder, text: bytes, now: int) -> Line | str:
    if len(text) > MAX_BYTES:
        return "too_large"
    parsed = parse(text)
    if isinstance(parsed, str):
        return parsed
    event = decoder.event(parsed, text)
    if isinstance(event, str):
        return event
    recorded = _record_time(parsed)
    if recorded == "malformed":
        return "malformed"
    time, present = (event.time, now) if recorded is None else (int(recorded), int(recorded))
    kind = "conversions" if isinstance(parsed, ConversionEvent) else "exposures"
    return Line(time, parsed.source, parsed.id, kind, text, Arrival(0, time, event, present))


def _record_time(parsed: Event) -> int | str | None:
    try:
        return None if parsed.recordtime is None else parse_instant(parsed.recordtime)
    except ValueError:
        return "malformed"
