"""The events that every system reads, the same for one seed, and the counts that they must lead to."""

from collections import defaultdict, deque
from random import Random

from streams.core.times import format_instant
from streams.core.topology import CONVERSIONS, EXPOSURES

EXPERIMENTS = [f"x{number}" for number in range(10)]
START = 1_700_000_000_000  # ms
SPAN = 3_600_000  # ms of event time from the first event to the last, however many there are
WINDOW = 300_000  # ms after its entry in which a conversion counts for a unit
BYTES = 330
POISON = ('"unit_id":17', '"unit_id":null', '"unit":"u"')


class Load:
    """An hour of a shop: units enter, come back, see other experiments, buy, and some events are no good.

    Iterate once; then `expected` holds by (experiment, variant): units, converters, distinct conversions in windows.
    `prefix` comes before the names of its topics.
    """

    def __init__(self, events, prefix="", seed=1):
        self.expected = defaultdict(lambda: [0, 0, 0])
        self.exposures, self.conversions = self.topics = [f"{prefix}{topic}" for topic in (EXPOSURES, CONVERSIONS)]
        self.events, self._random = events, Random(seed)
        self._entries = []  # by unit, then by experiment: variant, time, has converted
        self._sent = deque(maxlen=1_000)
        self._kinds = (self._enter, self._return, self._cross, self._convert, self._redeliver, self._spoil)

    def __iter__(self):
        """Topic, key, time in ms, value."""
        kinds = self._random.choices(self._kinds, (45, 10, 10, 32, 2, 1), k=self.events)
        for number, kind in enumerate(kinds):
            yield kind(f"01JD{number:012}", START + number * SPAN // self.events)

    def _enter(self, id_, at):
        self._entries.append({})
        return self._expose(id_, at, len(self._entries) - 1, self._random.choice(EXPERIMENTS))

    def _return(self, id_, at):
        unit = max(0, self._recent())
        seen = self._entries[unit] if self._entries else ()
        return self._expose(id_, at, unit, min(seen)) if seen else self._enter(id_, at)

    def _cross(self, id_, at):
        unit = self._recent()
        return self._expose(id_, at, unit, self._random.choice(EXPERIMENTS)) if unit >= 0 else self._enter(id_, at)

    def _convert(self, id_, at):
        unit = self._recent()
        for experiment, entry in self._entries[unit].items() if unit >= 0 else ():
            self._count_conversion(experiment, entry, at)
        data = f'"event":"order.completed","unit_id":"{name(unit)}","value":42.5'
        record = self.conversions, name(unit), at, event(id_, "conversion", unit, at, data)
        self._sent.append(record)
        return record

    def _redeliver(self, id_, at):
        return self._random.choice(self._sent) if self._sent else self._convert(id_, at)

    def _spoil(self, id_, at):
        data = f'"experiment_id":"x0","variant":"a",{self._random.choice(POISON)}'
        return self.exposures, "poison", at, event(id_, "exposure", 0, at, data)

    def _expose(self, id_, at, unit, experiment):
        if experiment not in self._entries[unit]:
            self._entries[unit][experiment] = [self._random.choice("ab"), at, False]
            self.expected[experiment, self._entries[unit][experiment][0]][0] += 1
        variant = self._entries[unit][experiment][0]
        data = f'"experiment_id":"{experiment}","variant":"{variant}","unit_id":"{name(unit)}"'
        return self.exposures, name(unit), at, event(id_, "exposure", unit, at, data)

    def _count_conversion(self, experiment, entry, at):
        variant, entered, has_converted = entry
        if at < entered + WINDOW:
            cell = self.expected[experiment, variant]
            cell[1] += not has_converted
            cell[2] += 1
            entry[2] = True

    def _recent(self):
        """A unit, most often one of the last few minutes; below 0 it has never been exposed."""
        return len(self._entries) - 1 - int(self._random.expovariate(20 / self.events))


def units(counts):
    return sum(cell[0] for cell in counts.values())


def name(unit):
    return f"user-{unit:010}" if unit >= 0 else f"guest-{-unit:09}"


def event(id_, kind, unit, at, data):
    envelope = (
        f'{{"specversion":"1.0","id":"{id_}","source":"/shop/web","type":"peekproof.{kind}.v1",'
        f'"subject":"{name(unit)}","time":"{format_instant(at)}","datacontenttype":"application/json","data":{{{data}'
    )
    return f'{envelope},"pad":"{"." * (BYTES - len(envelope) - 11)}"}}}}'.encode()
