"""A flood of bad events: nothing good may be lost, the worker may not end, and half of the clean speed must be left.

Clean and flooded logs are read in turn, as a machine's speed drifts. Each has a broker of its own: whoever has told
once what was rejected does not tell it again, and would be measured without that.
"""

import statistics
from contextlib import suppress

from benchmarks.surroundings import broker
from benchmarks.throughput_books import books, expected, judged
from benchmarks.throughput_load import GOOD, make_topics, produce
from benchmarks.throughput_runs import caught_up

RATES = ("events per CPU second", "events per wall second")
HALF = 0.5  # of the clean speed must be left
JUDGED_S = 60


def measure(events, runs):
    """Print how much of the clean speed is left; what is not as it must be is the return value."""
    pairs = [tuple(run(events, poison=poison) for poison in (False, True)) for _ in range(runs)]
    medians = {}
    for name in RATES:
        ratios = [flooded[name] / clean[name] for clean, flooded in pairs]
        show(name, [clean[name] for clean, _ in pairs], [flooded[name] for _, flooded in pairs], ratios)
        medians[name] = statistics.median(ratios)
    return "\n".join(f"of the clean {name} less than half is left" for name in RATES if medians[name] < HALF) or None


def show(name, clean, flooded, ratios):
    print(f"\n{name}")
    for row, values, form in (("clean", clean, ",.0f"), ("flooded", flooded, ",.0f"), ("ratio", ratios, ".2f")):
        print(f"  {row:10} {statistics.median(values):>10{form}}   of {', '.join(f'{one:{form}}' for one in values)}")


def run(events, *, poison):
    """Rates of one worker, whose books must be right."""
    with broker() as (bootstrap, folder):
        make_topics(bootstrap)
        sent = produce(bootstrap, events, poison)
        with caught_up(bootstrap, folder, events) as (process, rates):
            with suppress(TimeoutError):  # then the books say what is missing
                process.wait_for(lambda: judged(process) == sent[GOOD], JUDGED_S, "all good events to be judged")
            check(sent, books(process, bootstrap))
    return rates


def check(sent, found):
    """Say what became of the events; end with an error if it is not what must."""
    bad, must = sent.total() - sent[GOOD], expected(sent)
    print(
        f"good events counted {found.counted:,} of {sent[GOOD]:,}; rejected {found.rejected.total():,} of {bad:,}, "
        f"told {found.published.total():,}; restarts {found.restarts}",
        flush=True,
    )
    if wrong := [name for name in must._fields if getattr(found, name) != getattr(must, name)]:
        raise SystemExit("\n".join(f"{name}: {getattr(found, name)}, not {getattr(must, name)}" for name in wrong))
