"""Each source partition is counted at its own offsets and its own clock, and added up."""

import json

from streams.audit.counting.definitions import experiment
from streams.audit.counting.lines import read
from streams.audit.counting.log import Record
from streams.audit.moments import Moment, Seen, recounted
from streams.audit.sources import Part
from streams.codecs import safe_yaml
from streams.core.topology import EXPOSURES
from tests.lab.samples import DEFINITION, HOUR, NOW, START, exposure

X = experiment(safe_yaml.read(DEFINITION.encode()))


class Two:
    """Two partitions of exposures, ten units in each."""

    def decisions(self):
        return []

    def parts(self, needed):
        self.needed = needed
        for partition in ("0", "1"):
            events = (read(json.dumps(exposure(f"{partition}-{n}", n)).encode(), NOW) for n in range(10))
            records = ((partition, Record(EXPOSURES, n, event)) for n, event in enumerate(events))
            yield Part(partition, {partition: 10}, records)


def test_partitions_are_counted_apart_and_added_up():
    before, after = START + 1_000, START + HOUR
    whole = Moment("demo", (Seen("0", 7, 0, after), Seen("1", 4, 0, before)))
    one = Moment("demo", (Seen("1", 10, 3, after),))
    source = Two()
    found = recounted(source, {"demo": X}, [whole, one])
    assert source.needed["1"] == {EXPOSURES: 10, "peekproof.conversions": 3}
    assert (found.counts[whole]["units/control/0"], found.counts[whole]["bought/control/0/matured"]) == (11, 7)
    assert (found.counts[one]["units/control/0"], found.counts[one]["bought/control/0/matured"]) == (10, 10)
    assert found.conserved["0"] == (10, {"accepted": 10})
    assert found.began == START
