"""What one system costs, and how wrong its counts are after it was killed in the middle."""

from typing import NamedTuple

PATIENCE = 90  # seconds of rest without a change after which counts are final; a transaction left open blocks for 60
BUSY = 0.5  # of a core: who takes more is not at rest, but may be restoring its state,
LONGEST = 900  # for so many seconds
LINGER = 3  # the same once they are right: a system that counts twice may pass the right counts on its way
LINGER_AFTER_KILL = 20  # the same for one that may have told the right counts before it was killed
HALF = 0.5  # the progress at which a system is killed
START = 0.2  # the largest share of the work that may be done at the first sight of it if a rate is to mean something


class Cost(NamedTuple):
    """Rates in events per second; "steady" leaves out what came before the first progress was seen."""

    per_cpu: float
    per_cpu_steady: float | None
    per_wall_steady: float | None
    memory: float
    errors: list


class Crash(NamedTuple):
    """The progress at which the process was killed, and the errors in the end."""

    at: float
    errors: list


def cost(run):
    run.start()
    events, start = run.load.events, run.sample()
    samples = watch(run, start, lambda sample: is_right(run, sample))
    first, last = samples[0], samples[-1]
    return Cost(events / last.cpu, *steady(first, last, events), last.memory, errors(last, run.load.expected))


def steady(first, last, events):
    """Events per CPU and per wall second from the first progress on; nothing if most was done by then."""
    if first.progress > START:
        return None, None
    left = events * (1 - first.progress)
    return left / (last.cpu - first.cpu), left / (last.wall - first.wall)


def crash(run):
    run.start()
    reached = watch(run, run.sample(), lambda sample: sample.progress >= HALF, linger=0)[-1]
    run.kill()
    run.start()
    final = watch(run, run.sample(), lambda sample: is_right(run, sample), LINGER_AFTER_KILL)[-1]
    return Crash(reached.progress, errors(final, run.load.expected))


def watch(run, before, done, linger=LINGER):
    """The samples at which something had changed, until one is what is wanted or all stands still."""
    changes, last, now, rested = [], before, before, 0
    while rested < (linger if done(last) else PATIENCE) and now.wall < last.wall + LONGEST:
        earlier, now = now, run.sample()
        rested += rest(earlier, now)
        if (now.progress, now.totals) != (last.progress, last.totals):
            last, rested = now, 0
            changes.append(now)
    return changes or [last]


def rest(before, after):
    """Seconds between two samples, if the system did next to nothing in them."""
    seconds = after.wall - before.wall
    return seconds if after.cpu - before.cpu < BUSY * seconds else 0


def is_right(run, sample):
    return sample.totals == run.load.expected


def errors(sample, expected):
    """Units, converters and conversions: by how many the counts are off, over all experiments and variants."""
    places = sample.totals.keys() | expected.keys()
    nothing = (0, 0, 0)
    pairs = [(sample.totals.get(place, nothing), expected.get(place, nothing)) for place in places]
    return [sum(abs(found[field] - right[field]) for found, right in pairs) for field in range(3)]
