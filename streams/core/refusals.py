"""Parts of a definition that are understood but not yet acted upon: refused by name, so that none is silently ignored.

Facts that change nothing here (cost, value, flag, priority, planning …) are not refused: they are carried along.
"""

from collections.abc import Iterator

from streams.core.schema import Definition, Governance, Notify, Privacy

DEFAULTS = (Governance(), Notify(), Privacy())

Refusal = tuple[str, str, str]


def refused(d: Definition) -> Iterator[Refusal]:
    """(pointer, what, fix) of each part that asks for something this version can't do."""
    if d.kind in ("Rollout", "Holdout"):
        yield "/kind", f"kind {d.kind}", "use Experiment or AATest"
    if d.segments:
        yield "/segments", "testing by segment", "remove segments"
    if d.decision.require_net_value:
        yield "/decision/require_net_value", "a decision by net value", "set it to false"
    yield from _governance(d.governance)
    if d.notify != DEFAULTS[1]:
        yield "/notify", "choosing channels", "remove notify"
    if d.privacy.retention != DEFAULTS[2].retention:
        yield "/privacy/retention", "a retention of its own", "remove it (90d)"


def _governance(governance: Governance) -> Iterator[Refusal]:
    if governance.automation not in ("observe", "recommend"):
        yield "/governance/automation", f"automation {governance.automation}", "use observe or recommend"
    for name in ("change_budget", "cool_down", "freeze", "approvals"):
        if getattr(governance, name) != getattr(DEFAULTS[0], name):
            yield f"/governance/{name}", name.replace("_", " "), "remove it"
