"""Settings of one worker: frozen, read once from the environment (`PEEKPROOF_*`) under what the command line says."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, get_type_hints

import msgspec

from streams.core.problems import MendableError
from streams.core.times import parse_instant

PREFIX = "PEEKPROOF_"
IDLE_S = 3.0  # by which the clock of a partition at rest stays behind, at most
POSITIVE = ("partitions", "evaluation_partitions", "round_ms", "full_round_s", "snapshot_every_s", "session_timeout_s")
KEY_BYTES = 64  # the longest key BLAKE2b takes


class SettingsError(MendableError, ValueError):
    """A setting that can't be used: its name, what is wrong, and the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one worker must know before it starts. Durations in the unit their name ends with."""

    bootstrap_servers: str = "127.0.0.1:9092"
    experiments: Path = Path("experiments")
    ingest: Path | None = None  # file of routes: what ingest re-keys
    unit_key: str = field(default="", repr=False)
    instance_id: str | None = None
    partitions: int = 4
    evaluation_partitions: int = 4
    round_ms: int = 300
    full_round_s: float = 5.0
    max_lag_s: float = 60.0  # what is known of a source partition may be so old before verdicts are held
    snapshot_every_s: float = 5.0
    restore_from: Literal["snapshots", "source"] = "snapshots"
    idle_clock: Literal["wall", "record"] = "wall"
    until: int | None = None  # ms since 1970; given as RFC 3339
    session_timeout_s: float = 10.0
    fetch_wait_ms: int = 200  # how long a fetch may wait for a first record
    fetch_every_ms: int = 300  # how much later the next one begins at the earliest
    web_host: str = "127.0.0.1"
    web_port: int = 8080
    data: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / "peekproof")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def __post_init__(self) -> None:
        for name in POSITIVE:
            _require(getattr(self, name) > 0, name, "must be greater than 0", "leave it out to take the default")
        _require(
            self.max_lag_s >= 2 * (self.full_round_s + IDLE_S),
            "max_lag_s",
            f"is less than twice full_round_s and {IDLE_S:g} s: counts of a partition at rest are as old",
            f"set it to {2 * (self.full_round_s + IDLE_S):g} or more",
        )
        _require(len(self.key) <= KEY_BYTES, "unit_key", f"has over {KEY_BYTES} bytes", "shorten it")
        _require(
            self.until is None or self.idle_clock == "record",
            "until",
            "moves the clock to a fixed time, but idle_clock is wall",
            "set idle_clock to record",
        )

    @property
    def key(self) -> bytes:
        """The key of the unit hash."""
        return self.unit_key.encode()

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """Settings from the environment; a given value that is not None goes before it.

        Raises:
            SettingsError: one that can't be used.
        """
        told = {one.name: environment.get(PREFIX + one.name.upper()) for one in fields(cls)}
        told.update((name, value) for name, value in given.items() if value is not None)
        return cls(**{name: _typed(cls, name, value) for name, value in told.items() if value is not None})


def _typed(kind: type[Settings], name: str, value: Any) -> Any:
    wanted = get_type_hints(kind)[name]
    try:
        if wanted in (Path, Path | None):
            return Path(value)
        if name == "until":
            return parse_instant(value)
        return msgspec.convert(value, wanted, strict=False)
    except ValueError as error:
        raise SettingsError(f"{name} ({PREFIX}{name.upper()}): {error}; correct it or leave it out") from None


def _require(holds: bool, name: str, wrong: str, fix: str) -> None:
    if not holds:
        raise SettingsError(f"{name} ({PREFIX}{name.upper()}): {wrong}; {fix}")
