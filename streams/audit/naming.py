"""One name for a unit, whichever way its events came: ingest writes pseudonyms, other producers raw ids."""

from collections.abc import Callable
from dataclasses import replace

from streams.audit.counting.lines import Event
from streams.codecs.cloudevents import Decoder
from streams.codecs.rekeyed import MARK, pseudonym

Naming = Callable[[Event | str], Event | str]


def naming(key: bytes) -> Naming:
    """Gives raw ids the pseudonyms that ingest gives them; without a key every id stays what it is."""
    number = Decoder(key).unit

    def name(event: Event | str) -> Event | str:
        if isinstance(event, str) or event.unit.startswith(MARK):
            return event
        return replace(event, data=event.data | {"unit_id": pseudonym(number(event.unit))})

    return name if key else lambda event: event
