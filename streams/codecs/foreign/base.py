"""What every foreign format is read into, and where that comes from."""

from typing import Annotated, Any, Literal, NamedTuple, Protocol

from msgspec import Meta, Struct

from streams.codecs.wire import Text
from streams.core.events import Headers

TopicName = Annotated[str, Meta(pattern=r"\A[a-zA-Z0-9._-]{1,249}\Z")]
Kind = Literal["exposures", "conversions"]

CONVERSION = "peekproof.conversion.v1"
EXPOSURE = "peekproof.exposure.v1"


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """A foreign topic and what its events are.

    Attributes:
        to: kinds of event that are taken from it; others are left alone.
        unit: segment: which id is the unit that was randomised.
        value: segment: properties of a Track call that may hold a conversion's value; the first number is it.
        variants: segment: by experiment, foreign names of its variants and ours.
    """

    topic: TopicName
    format: Literal["cloudevents", "segment"]
    to: frozenset[Kind] = frozenset({"exposures", "conversions"})
    unit: Literal["userId", "anonymousId"] = "userId"
    value: tuple[Text, ...] = ("revenue", "value")
    variants: dict[Text, dict[Text, Text]] = {}


class Mapped(NamedTuple):
    """An event of ours: its kind, the unit's raw id, and a CloudEvent that lacks only `data.unit_id`."""

    kind: str
    unit: str
    event: dict[str, Any]


class Format(Protocol):
    """One foreign format; made once for each route."""

    def __init__(self, route: Route) -> None: ...

    def map(self, value: bytes, headers: Headers) -> Mapped | str | None:
        """The event, a reason of rule 2 of the contracts, or None for what is neither exposure nor conversion.

        Raises:
            ValueError: it is malformed.
        """
        ...
