"""An independent recount of everything the counting rules promise: sets and loops over all events at once, no state.

Written from the contract alone; it shares no code with the product. Where the text leaves a choice, the reading is:
 1. A copy of a conversion, or a reversal, is visible from entry - lateness - 60 s on; older ones are forgotten.
 2. Copies an experiment does not use (other event name, other experiment, no consent, late for it) are not compared in
    the smallest-copy rule: conversions are joined by unit and event name. A missing value is the smallest.
 3. `duplicate` looks at every copy's own time and contents; the distinct (source, id) among those are taken off.
 4. A reversal reaches every experiment it is meant for (experiment_id, consent), also one that does not use its event
    name; where the name is used it must not be late.
 5. A reversal works on a metric if recorded before the unit's maturity for that metric; `drift` counts the records at
    or after the maturity of its last metric, whatever they reverse.
 6. `multi_variant` counts warm-up units too: contamination is a property of the unit's exposures.
 7. `before_exposure`, `missing_value` and `over_cap` ignore reversals.
 8. Without start_at the epoch starts at the smallest event time that is neither rejected nor late.
 9. Every definition given is running: conversions are used after stop_at too, as their windows are still open.
10. The envelope needs specversion 1.0, id, source, type and time, before its type is asked about; null is absent.
11. A conversion restricted to an experiment that does not exist is rejected as unknown_experiment, as an exposure is.
12. Lines of white space are blank.
13. `unused` is told by the event name alone: a conversion restricted to an experiment that has no use for it is not.
14. The denominator's events are events of the metric: each rule takes an event once, whether it counts above, below or
    both. The thousand of a window are of both together; an event without a value is missing where values are summed.
15. A cap cuts the numerator of a ratio; a quantile has none. "Above" the threshold is more than it.
16. A covariate is found where a filter would find it, at the exposure that is the entry; of several that are, the
    smallest counts. What is no number within +-9e12 is 0.
"""

from collections import Counter

from tests.oracle.counting import recount
from tests.oracle.definitions import experiment as parse_definition
from tests.oracle.judging import late_everywhere, refuse
from tests.oracle.lines import Rejected, read


def report(definitions, records, machine_time, clock=None):
    """Recount from scratch.

    Args:
        definitions: parsed definition documents.
        records: lines (bytes), or (value, Kafka record timestamp in ms) pairs.
        machine_time: wall clock in ms, which bounds event times of lines without a record time.
        clock: T in ms; None: everything has matured.
    """
    experiments = {e.id: e for e in map(parse_definition, definitions)}
    judged = [judge(record, machine_time, experiments) for record in records if not blank(record)]
    events = [event for event in judged if not isinstance(event, str)]
    accepted = [event for event in events if not late_everywhere(event, experiments)]
    return {
        "experiments": {e.id: recount(e, events, accepted, clock) for e in experiments.values()},
        "rejected": dict(Counter(reason for reason in judged if isinstance(reason, str))),
        "late": len(events) - len(accepted),
        "unused": sum(unused(event, experiments) for event in accepted),
        "accepted": len(accepted),
        "read": len(judged),
    }


def blank(record):
    return isinstance(record, bytes) and not record.strip()


def judge(record, machine_time, experiments):
    """The event, or the reason of its rejection."""
    try:
        line, timestamp = (record, None) if isinstance(record, bytes) else record
        event = read(line, machine_time, timestamp)
        refuse(event, experiments)
    except Rejected as rejected:
        return str(rejected)
    return event


def unused(event, experiments):
    known = [metric.events for e in experiments.values() for metric in e.metrics]
    return event.kind == "conversion" and not any(event.data["event"] in names for names in known)


def drop(counted, *names):
    """Leave out counts that whoever it is compared with does not show."""
    for experiment in counted["experiments"].values():
        for metric in experiment["metrics"].values():
            for arm in metric.values():
                for name in names:
                    del arm[name]
