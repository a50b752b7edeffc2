"""What a verification finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.audit.chain import Flaw

Found = Mapping[str, Sequence[str]]  # by check what is wrong; a check that is not there was not made


@dataclass(frozen=True, slots=True)
class Checked:
    """A decision, where it lies, and what was found."""

    experiment: str
    epoch: int
    seq: int
    time: str
    verdict: str
    place: str
    found: Found


@dataclass(frozen=True, slots=True)
class Conserved:
    """A source log: consumed = accepted + late + rejected + watermarks, and what is unexplained if it isn't so."""

    log: str
    consumed: int
    accepted: int
    late: int
    rejected: Mapping[str, int]
    watermarks: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    ok: bool
    records: int
    repeated: int
    chain: Sequence[Flaw]
    decisions: Sequence[Checked]
    source: Sequence[Conserved]
