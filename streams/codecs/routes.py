"""The file that says which foreign topics there are: `ingest: [{topic, format, …}]`."""

from pathlib import Path

import msgspec
from msgspec import Struct

from streams.codecs import safe_yaml
from streams.codecs.foreign.base import Route
from streams.core.problems import MendableError

FIX = "write it as docs/ingest.md shows"


class RoutesError(MendableError, ValueError):
    """A file of routes that can't be used: the file, the place in it, what is wrong, and the fix."""


class Routes(Struct, frozen=True, forbid_unknown_fields=True):
    """All foreign topics of one installation."""

    ingest: tuple[Route, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """Names of the foreign topics."""
        return tuple(route.topic for route in self.ingest)

    def topics_of(self, kind: str) -> tuple[str, ...]:
        """Names of those whose events of a kind are taken."""
        return tuple(route.topic for route in self.ingest if kind in route.to)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of source that ingest writes: nobody else may."""
        return frozenset(kind for route in self.ingest for kind in route.to)


NONE = Routes(())


def load(file: Path | None) -> Routes:
    """The routes of a file; of none, no routes.

    Raises:
        RoutesError: they can't be used.
    """
    if file is None:
        return NONE
    try:
        routes = msgspec.convert(safe_yaml.read(file.read_bytes()), Routes)
    except ValueError as error:  # also every validation error of msgspec
        raise RoutesError(f"{file}: {error}; {FIX}") from None
    if problem := _problem(routes):
        raise RoutesError(f"{file}: {problem}")
    return routes


def _problem(routes: Routes) -> str | None:
    if not routes.ingest:
        return f"ingest: no topic; {FIX}"
    for number, route in enumerate(routes.ingest):
        if route.topic in routes.topics[:number]:
            return f"ingest[{number}].topic: {route.topic} has a route; give it one only"
        if route.topic.startswith("peekproof"):
            return f"ingest[{number}].topic: {route.topic} is a topic of Peekproof; name the one your systems write"
        if not route.to:
            return f"ingest[{number}].to: empty; name exposures, conversions or both, or leave it out"
    return None
