"""Ordinary events are counted without an object for each; that must never be told from judging every one."""

import json
from itertools import count, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codecs.cloudevents import Decoder
from streams.codecs.rekeyed import RekeyedDecoder, encode, pseudonym
from streams.core.attribution import Attribution
from streams.core.events import KINDS, Record
from streams.core.intake import DEFAULT_SKEW
from streams.core.times import format_instant
from streams.core.watermarks import Watermark
from tests.core.samples import BOUGHT, MINUTE, SPENT, START, catalogue, experiment, schedule

KEY, PLACE = b"secret", ("peekproof.exposures", 3)
STOP, SKEW = START + 10 * MINUTE, 7_000
VISITED, CLICKED = BOUGHT | {"event": "visit"}, BOUGHT | {"event": "click"}
VARIANTS = experiment().spec.assignment.variants
ARMS = [{"key": one.key, "role": one.role, "weight": one.weight} for one in VARIANTS]
ELIGIBLE = {"variants": ARMS, "eligibility": {"all": [{"attr": "country", "eq": "FR"}]}}
LIMITED = schedule(stop_at=format_instant(STOP))
CONSENT = {"privacy": {"require_consent": "analytics"}}


def named(id_, *metrics, **parts):
    return experiment(*metrics, metadata={"id": id_, "owner": {"name": "Ada"}}, **parts)


EXPERIMENTS = catalogue(
    named("plain", BOUGHT, SPENT, exposure={"lateness": "2m", "clock_skew": "7s"}, **LIMITED),
    named("split", BOUGHT, exposure={"lateness": "1m", "accept": ["exposure", "evaluation"]}),
    named("agreed", VISITED, **CONSENT),
    named("chosen", VISITED, assignment=ELIGIBLE),
    named("adjusted", SPENT | {"event": "visit", "covariate": {"attr": "spent"}}),
    named("filtered", CLICKED | {"filter": {"all": [{"attr": "sku", "eq": "x"}]}}),
    named("asking", BOUGHT | {"event": "seen"}, **CONSENT),
)
EDGES = [START - 1, START, START + 1, STOP - 1, STOP, STOP + 1]
DELAYED = [0, *(at + more for at in (-DEFAULT_SKEW, -SKEW, MINUTE, 2 * MINUTE) for more in (-1, 0, 1))]
DELAYS = st.just(0) | st.sampled_from(DELAYED)
TIMES = st.just(START + MINUTE) | st.sampled_from(EDGES)
CONSENTS = st.sampled_from([["analytics"], [], ["marketing", "analytics"], ["marketing"]])
EXPOSED = {
    "experiment_id": st.sampled_from([*EXPERIMENTS.experiments, "nobody"]),
    "variant": st.sampled_from(["control", "bold", "bold", "purple"]),
    "consent": CONSENTS,
}
EXPOSED_RARELY = {
    "attributes": st.sampled_from([{"country": "FR", "spent": 3}, {"country": "US"}]),
    "assignment_reason": st.sampled_from(["split", "forced"]),
    "cost": st.sampled_from([0, 0.002, 9e12, 9.1e12, -1, None]),
}
DONE = {"event": st.sampled_from(["order", "visit", "click", "seen", "unheard"]), "consent": CONSENTS}
DONE_RARELY = {
    "value": st.sampled_from([0, 5, 42.5, 9e12, 9.1e12, -1, None]),
    "reverses": st.sampled_from(["0", "1"]),
    "experiment_id": st.sampled_from([*EXPERIMENTS.experiments, "nobody"]),
    "properties": st.just({"sku": "x"}),
}
SPOILED = st.sampled_from([b"", b"{", b'{"type":"else"}', encode(Watermark({"a": 1}, {"a": {0: START}}), PLACE, KEY)])
HEADERS = st.sampled_from([(), (), (), (("trace", b"1"),), (("__faust", b""),), (("ce_specversion", b"1.0"),)])


@st.composite
def events(draw):
    """An event with, mostly, little that is special about it."""
    kind = draw(st.sampled_from(["exposure", "exposure", "evaluation", "conversion", "conversion"]))
    often, rarely = (DONE, DONE_RARELY) if kind == "conversion" else (EXPOSED, EXPOSED_RARELY)
    time, unit = draw(TIMES), pseudonym(draw(st.integers(0, 2)))
    data = draw(st.fixed_dictionaries(often, optional=rarely)) | {"unit_id": draw(st.sampled_from([unit] * 5 + ["é"]))}
    id_, type_ = str(draw(st.integers(0, 3))), f"peekproof.{kind}.v1"
    event = {"specversion": "1.0", "id": id_, "source": "s", "type": type_, "time": format_instant(time), "data": data}
    value = json.dumps(event, ensure_ascii=draw(st.booleans()))
    return time + draw(DELAYS), value.replace("T", "t", draw(st.integers(0, 1))).encode()


@st.composite
def batches(draw):
    """Of both sources; what repeats offsets or leaves some out is none of a decoder's business, and happens."""
    ends, found = dict.fromkeys(KINDS, 0), []
    for kind, size in draw(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 6)), max_size=6)):
        begin = max(0, ends[kind] + draw(st.integers(-2, 1)))
        written = [draw(events() | st.tuples(st.just(START), SPOILED)) for _ in range(size)]
        found.append((kind, [Record(at, *one, draw(HEADERS)) for at, one in enumerate(written, begin)]))
        ends[kind] = begin + size
    return found


def places(refused):
    return [(reason, record.offset) for reason, record in refused]


def told(core):
    """All that can be known of it, to the byte."""
    head, pieces = core.cut(whole=True)
    return core.tallies, core.clock, core.counts(everything=True), core.next_change(), head, [*pieces]


@pytest.mark.parametrize("decoder", [Decoder(KEY), RekeyedDecoder(KEY, PLACE)])
@given(batches=batches())
def test_counting_at_first_sight_cannot_be_told_from_judging_every_event(decoder, batches):
    rekeyed = KINDS if isinstance(decoder, RekeyedDecoder) else ()
    at_once, one_by_one = Attribution(EXPERIMENTS, rekeyed=rekeyed), Attribution(EXPERIMENTS, rekeyed=rekeyed)
    for kind, records in batches:
        refused = at_once.take(kind, records, decoder.judge(at_once, kind))
        assert places(refused) == places(one_by_one.apply(kind, decoder.arrivals(records)))
        assert told(at_once) == told(one_by_one)


def written(type_, time, data):
    told = {"specversion": "1.0", "id": "1", "source": "s", "type": f"peekproof.{type_}.v1"}
    return json.dumps(told | {"time": format_instant(time), "data": data}).encode()


def at_every_edge():
    """Exposures and conversions at all edges of when they may happen and be recorded, of costs and of consent."""
    units = (f"u{number}" for number in count())
    for time, late, agreed, cost in product(
        [START + MINUTE, *EDGES], DELAYED, [["analytics"], []], [None, 9e12, 9.1e12]
    ):
        told = {"cost": cost, "consent": agreed, "variant": "bold"}
        for id_ in [*EXPERIMENTS.experiments, "nobody"]:
            data = told | {"unit_id": next(units), "experiment_id": id_}
            yield "exposures", time + late, written("exposure", time, data)
        for name in ("order", "visit", "click", "seen", "unheard"):
            data = {"unit_id": next(units), "event": name, "value": cost, "consent": agreed}
            yield "conversions", time + late, written("conversion", time, data)


def test_nor_at_any_edge():
    at_once, one_by_one, decoder = Attribution(EXPERIMENTS), Attribution(EXPERIMENTS), Decoder(KEY)
    events = [*at_every_edge()]
    for source in KINDS:
        own = enumerate((at, value) for kind, at, value in events if kind == source)
        records = [Record(offset, *one) for offset, one in own]
        refused = at_once.take(source, records, decoder.judge(at_once, source))
        assert places(refused) == places(one_by_one.apply(source, decoder.arrivals(records)))
    assert told(at_once) == told(one_by_one)


def test_what_is_ordinary_needs_no_judge():
    core = Attribution(EXPERIMENTS)
    core._expose = core._convert = None
    exposed = {"unit_id": "u", "experiment_id": "plain", "variant": "bold", "cost": 0.002}
    done = {"unit_id": "u", "event": "order", "value": 42.5}
    for kind, data in (("exposure", exposed), ("conversion", done), ("conversion", done | {"event": "unheard"})):
        source = f"{kind}s"
        record = Record(core.offsets[source], START, written(kind, START, data))
        assert core.take(source, [record], Decoder(KEY).judge(core, source)) == []
    assert core.tally["accepted"] == 3
