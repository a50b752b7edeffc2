"""Formats of foreign topics, one file each, by the name a route calls them."""

from streams.codecs.foreign.base import Format
from streams.codecs.foreign.cloudevents import CloudEvents
from streams.codecs.foreign.segment import Segment

FORMATS: dict[str, type[Format]] = {"cloudevents": CloudEvents, "segment": Segment}
