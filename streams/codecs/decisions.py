"""A decision as others read it: every field, its type and the closed lists of words."""

from typing import Literal

import msgspec
from msgspec import Struct

ByPartition = dict[str, int]
Status = Literal["undecided", "winner", "harmful", "futile", "non_inferior", "equivalent", "suspended"]
Verdict = Literal[
    "warming_up",
    "continue",
    "stop_success",
    "stop_harm",
    "stop_futility",
    "stop_max_runtime",
    "invalid_srm",
    "invalid_multi_exposure",
    "no_data",
    "held",
    "paused",
]
Action = Literal["none", "ship", "rollback", "pause", "extend", "review", "restart"]
ActionState = Literal["recommended", "awaiting_approval", "deferred", "applied", "failed", "rejected", "expired"]


class Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """Every object of a decision has exactly the fields named here."""


class Reached(Closed, frozen=True):
    """Natural log of the evidence: now, its highest so far; and when that reached the threshold."""

    log_e: float
    max_log_e: float
    p_always_valid: float
    fired_at_units: int | None
    fired_at: str | None


class Crossing(Closed, frozen=True):
    """What was seen when the threshold was reached; offsets of exposures and conversions by source partition."""

    offsets: dict[str, tuple[int, int]]
    clock: dict[str, str]
    cells: list[int]
    log_e: float


class Split(Reached, frozen=True):
    """Whether units are split as declared."""

    crossing: Crossing | None


class Tested(Reached, frozen=True):
    """One test of a metric and variant; `best_log_e` is what was compared with the threshold."""

    kind: Literal["early_better", "early_worse", "superiority", "harm", "non_inferiority", "equivalence", "futility"]
    null: str
    reading: Literal["matured", "early"]
    alpha: float
    threshold: float
    best_log_e: float
    crossing: Crossing | None


class Contrast(Closed, frozen=True):
    """A metric of a treatment against the control; `n` and `cells` are of both, cells by phase."""

    id: str
    variant: str
    method: str
    n: tuple[int, int]
    estimate: float | None
    lower: float | None
    upper: float | None
    relative: float | None
    status: Status
    cells: dict[str, dict[str, list[int]]]
    tests: list[Tested]


class Evidence(Closed, frozen=True):
    """What a decision rests on: everything needed to recompute it."""

    clock: dict[str, str]
    offsets: dict[str, ByPartition]
    units: dict[str, int]
    matured: dict[str, int]
    excluded: dict[str, int]
    duplicate: int
    srm: Split
    metrics: list[Contrast]
    state_hash: str


class Said(Closed, frozen=True):
    """The statistics say a verdict; whether its action may be taken is another matter."""

    experiment_id: str
    epoch: int
    revision: int
    config_hash: str
    seq: int
    previous_hash: str
    verdict: Verdict
    action: Action
    variant: str | None
    action_state: ActionState
    latched: bool
    reasons: list[str]
    evidence: Evidence


class Decision(Closed, frozen=True, tag_field="type", tag="peekproof.decision.v1"):
    """A CloudEvent on `peekproof.decisions`, keyed by experiment."""

    specversion: Literal["1.0"]
    id: str
    source: str
    subject: str
    time: str
    datacontenttype: Literal["application/json"]
    data: Said


decode = msgspec.json.Decoder(Decision).decode
