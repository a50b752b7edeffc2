"""A decision: a CloudEvent that carries its evidence, and the hash of the decision before it."""

import hashlib
from typing import Any

import msgspec
from msgspec.structs import replace

from streams.core import reasons, report
from streams.core.contrasts import contrasts, crossing_of
from streams.core.definition import Experiment
from streams.core.events import KINDS
from streams.core.look import Look
from streams.core.state import Decided, State
from streams.core.status import Statuses
from streams.core.times import format_instant
from streams.core.tracks import SRM

TOPICS = {kind: f"peekproof.{kind}" for kind in KINDS}
FIRST = "0" * 64  # what the first decision names as the one before it

_encode = msgspec.json.Encoder(order=None).encode


def decide(x: Experiment, state: State, look: Look, statuses: Statuses) -> tuple[State, bytes]:
    """Write the state's judgement down as the next decision."""
    seq = state.decided.seq + 1 if state.decided else 1
    judgement = replace(state.judgement, reasons=reasons.explain(x, state, look, statuses))
    state = replace(state, judgement=judgement)
    id_ = hashlib.sha256(f"{x.id}|{x.epoch}|{x.config_hash}|{seq}".encode()).hexdigest()
    record = _encode(
        {
            "specversion": "1.0",
            "type": "peekproof.decision.v1",
            "id": id_,
            "source": "/peekproof",
            "subject": x.id,
            "time": format_instant(look.clock),
            "datacontenttype": "application/json",
            "data": _data(x, state, look, seq),
        }
    )
    decided = Decided(id_, seq, look.clock, hashlib.sha256(record).hexdigest())
    return replace(state, decided=decided), record


def _data(x: Experiment, state: State, look: Look, seq: int) -> dict[str, Any]:
    said = state.judgement
    return {
        "experiment_id": x.id,
        "epoch": x.epoch,
        "revision": 1,
        "config_hash": x.config_hash,
        "seq": seq,
        "previous_hash": state.decided.hash if state.decided else FIRST,
        "verdict": said.verdict,
        "action": said.action,
        "variant": said.variant,
        "action_state": "recommended",
        "latched": said.latched,
        "reasons": list(said.reasons),
        "evidence": _evidence(x, state, look),
    }


def _evidence(x: Experiment, state: State, look: Look) -> dict[str, Any]:
    sums = report.totals(x, look.cells)
    return {
        "clock": {p: format_instant(clock) for p, clock in look.clocks.items()},
        "offsets": offsets(look.offsets),
        **sums,
        "srm": {**report.sample_ratio(state), "crossing": crossing_of(state, SRM)},
        "metrics": list(contrasts(x, state, look.cells)),
        "state_hash": hashlib.sha256(_encode(look.cells)).hexdigest(),
    }


def offsets(by_partition: dict[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    """Next offset by topic and partition."""
    return {TOPICS[kind]: {p: pair[i] for p, pair in by_partition.items()} for i, kind in enumerate(KINDS)}
