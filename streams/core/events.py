"""What enters: exposures and conversions, as they were decoded, and why a record was refused."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, final

from msgspec import Struct

from streams.core.watermarks import Watermark

KINDS = ("exposures", "conversions")  # one source topic each
MICRO = 1_000_000  # values are counted in millionths, so that every sum is an exact integer
MAX_VALUE = 9e12
MAX_BYTES = 1 << 20

# The closed list of rule 2, in the order in which reasons apply.
REASONS = (
    "too_large",
    "forbidden_header",
    "malformed",
    "unknown_type",
    "future",
    "bad_value",
    "unknown_experiment",
    "unknown_variant",
    "evaluation_not_split",
    "not_running",
    "ineligible",
    "no_consent",
)


def micros(value: Any) -> int:
    """A number in range in millionths; anything else counts for nothing."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_VALUE
    return round(value * MICRO) if number else 0


Headers = Sequence[tuple[str, bytes | None]]


class Record(NamedTuple):
    """One record of a source topic. `timestamp` is the Kafka record time in ms.

    What the transport hands over has these fields, and may have others.
    """

    offset: int
    timestamp: int
    value: bytes | None
    headers: Headers = ()


@final
class Exposure(Struct, frozen=True, gc=False):
    """A unit met a variant. `unit` is a keyed hash: raw ids end at the codec."""

    time: int
    experiment_id: str
    variant: str
    unit: int
    attributes: Mapping[str, Any]
    consent: Sequence[str]
    is_evaluation: bool
    assignment_reason: str | None
    cost: float | None


@final
class Conversion(Struct, frozen=True, gc=False):
    """A business event.

    `identity` hashes (source, id), `target` hashes (source, reverses), `body` is the whole event as JSON.
    """

    time: int
    event: str
    unit: int
    identity: int
    value: float | None
    target: int | None
    experiment_id: str | None
    consent: Sequence[str]
    body: bytes


Arrived = Exposure | Conversion | Watermark | str  # a text is the reason why the record could not be decoded


class Arrival(NamedTuple):
    """A decoded record at its place in the log.

    `time` is the record time, and `present` the instant after which its event time would lie in the future: the record
    time, or the machine's for a file without record times.
    """

    offset: int
    time: int
    event: Arrived
    present: int

    @property
    def timestamp(self) -> int:
        """The record time, as of a record."""
        return self.time
