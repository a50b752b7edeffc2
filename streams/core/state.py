"""What the evaluation remembers of an experiment: the newest cells of every source partition, and what was reached."""

from msgspec import Struct, field


class Part(Struct, frozen=True):
    """The newest counts of one source partition."""

    offsets: tuple[int, int]
    clock: int
    cells: list[int]

    def is_older_than(self, offsets: tuple[int, int], clock: int) -> bool:
        """Newer means: nothing lower, something higher."""
        (a, b), (c, d) = self.offsets, offsets
        return a <= c and b <= d and self.clock <= clock and (a, b, self.clock) != (c, d, clock)


class Crossing(Struct, frozen=True):
    """The first look at which a track reached its threshold, with what it saw."""

    clock: int
    units: int
    log_e: float
    offsets: dict[str, tuple[int, int]]
    clocks: dict[str, int]
    cells: list[int]


class Judgement(Struct, frozen=True):
    """What is said at present."""

    verdict: str = ""
    action: str = "none"
    variant: str | None = None
    reasons: tuple[str, ...] = ()

    @property
    def latched(self) -> bool:
        """Whether it stands for the rest of the epoch."""
        return self.verdict.startswith(("stop_", "invalid_"))


class Decided(Struct, frozen=True):
    """The last decision that went out."""

    id: str
    seq: int
    clock: int
    hash: str


class State(Struct, frozen=True):
    """State of one experiment's evaluation; lists run over its tracks."""

    config_hash: str
    epoch: int
    parts: dict[str, Part] = field(default_factory=dict)
    log_e: list[float] = []
    max_log_e: list[float] = []
    best: list[float] = []  # maximum of the adjusted evidence
    crossings: dict[str, Crossing] = {}
    judgement: Judgement = Judgement()
    decided: Decided | None = None
    stopped_at: int | None = None
    exposed: tuple[int, int] = (0, 0)  # accepted exposures, and the clock at which they last grew
