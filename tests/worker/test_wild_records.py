"""Whatever times and values a record has: it is counted or refused, kept, judged and told, and nothing ends."""

import json

from hypothesis import given
from hypothesis import strategies as st

from streams.codecs import counts, rejected
from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.events import KINDS, Record
from streams.core.times import FIRST, LAST, format_instant
from streams.worker import evidence
from streams.worker.case import Case
from streams.worker.reading import Reading
from tests.core.samples import BOUGHT, MINUTE, SPENT, START, catalogue, experiment, restarted, schedule
from tests.worker.samples import take

EXPERIMENTS = catalogue(
    experiment(BOUGHT, SPENT, metadata={"id": "always", "owner": {"name": "Ada"}}, **schedule(start_at=None)),
    experiment(BOUGHT, SPENT, metadata={"id": "warm", "owner": {"name": "Ada"}}, **schedule(warmup="1m")),
)
INSTANTS = st.sampled_from([FIRST, -5_000, -1, 0, START, START + MINUTE, (1 << 45) - 1, 1 << 45, 1 << 46, LAST])
RECORDED = INSTANTS | st.integers(-(1 << 63), (1 << 63) - 1)
VALUES = st.sampled_from(["null", "-0.0", "1e-320", "9e12", "9000000000001", "1e308", "1e400", "-1", '"5"', "9" * 40])
CHOICES = st.sampled_from(range(3))


@st.composite
def records(draw):
    """Kind, record time and value: close to each other as often as not, so that many are accepted."""
    kind, time, unit = draw(st.sampled_from(KINDS)), draw(INSTANTS), draw(CHOICES)
    recorded = draw(st.just(time) | RECORDED)
    if kind == "exposures":
        variant = draw(st.sampled_from(["control", "bold"]))
        data = f'"experiment_id":"{draw(st.sampled_from(["always", "warm"]))}","variant":"{variant}"'
    else:
        data = f'"event":"order","value":{draw(VALUES)},"reverses":{draw(st.sampled_from(["null", json.dumps("0")]))}'
    envelope = f'"specversion":"1.0","id":"{draw(CHOICES)}","source":"s","type":"peekproof.{kind[:-1]}.v1"'
    value = f'{{{envelope},"time":"{format_instant(time)}","data":{{"unit_id":"u{unit}",{data}}}}}'
    return kind, recorded, value.encode()


@given(st.lists(st.tuples(records(), RECORDED), max_size=12))
def test_nothing_that_a_record_says_ends_a_worker(log):
    reading = Reading(Attribution(EXPERIMENTS), dict.fromkeys(KINDS, Decoder()))
    cases = {x.id: Case(x, {0: (0, 0)}) for x in EXPERIMENTS}
    for (kind, recorded, value), clock in log:
        record = Record(reading.offsets[kind], recorded, value)
        for refusal in take(reading, [record], kind):
            assert rejected.encode(*refusal, (kind, 0))
        tell(reading.attribution, cases)
        reading.attribution.advance(clock)
        tell(reading.attribution, cases)
        reading.attribution = restarted(reading.attribution, EXPERIMENTS)
    assert reading.attribution.tally["read"] == len(log)


def tell(core, cases):
    """As far as whoever looks at it."""
    core.next_change()
    for told in counts.decode(counts.encode(core.counts(everything=True))):
        case = cases[told.experiment]
        case.take(told)
        assert case.keep()
        assert evidence.current(case.x, case.state)
        assert evidence.bucket(case.x, evidence.point(case.x, case.state)["t"]) is not None
