"""The course of one experiment in at most a thousand points, however long it runs.

A plot needs the whole run at one resolution. When the store is full every second point goes, and from then on points
are kept only at twice the spacing; the newest point is always there.
"""

from typing import Any

Point = dict[str, Any]

LIMIT = 1000


class History:
    """Points of one experiment, oldest first, `t` in milliseconds and rising."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._spacing = 0.0

    def add(self, point: Point) -> None:
        if self._is_behind(point):
            return
        if self._newest_is_provisional(point):
            self.points.pop()
        self.points.append(point)
        if len(self.points) > LIMIT:
            self._thin_out()

    def _is_behind(self, point: Point) -> bool:
        return bool(self.points) and point["t"] < self.points[-1]["t"]

    def _newest_is_provisional(self, point: Point) -> bool:
        """The newest point gives way while the next one is not yet due, and to a later look at the same clock."""
        if not self.points:
            return False
        if point["t"] == self.points[-1]["t"]:
            return True
        return len(self.points) > 1 and bool(point["t"] - self.points[-2]["t"] < self._spacing)

    def _thin_out(self) -> None:
        self._spacing = 2 * (self.points[-1]["t"] - self.points[0]["t"]) / LIMIT
        del self.points[1:-1:2]
