"""From counts to decisions: one look or a batch of them, partitions, gates, and what is kept."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.attribution import Counts
from streams.core.cells import add
from streams.core.evaluation import begin, consider, look, worth_keeping
from streams.core.gates import end_of_counting
from streams.core.look import Look, Recency, present
from streams.core.tracks import SRM, tracks
from streams.core.walk import walk
from tests.core import samples
from tests.core.samples import (
    BOUGHT,
    DAY,
    HARMED,
    HOUR,
    MINUTE,
    SPENT,
    START,
    experiment,
    judged,
    schedule,
    totals,
    track,
    variants,
)

ARMS = {"assignment": {"variants": variants(0.4, 0.3, 0.3)}}
X = experiment(BOUGHT, HARMED, SPENT | {"role": "secondary"}, **ARMS, **schedule(min_units=60, no_data_grace="2m"))
WON = {"bought": (100, 200)}
ONE = experiment(BOUGHT)
few = settings(max_examples=settings().max_examples // 5)


@st.composite
def histories(draw):
    """Looks at counts that grow: some arms fast, some with crossers, some not at all."""
    cells, looks, clock = totals(X, (0, 0, 0)), [], START
    for offset in range(draw(st.integers(1, 8))):
        units = draw(st.tuples(*[st.sampled_from([0, 20, 60])] * 3))
        told = {name: [draw(st.integers(0, n)) for n in units] for name in ("bought", "left")}
        spent = [(draw(st.integers(0, n)), draw(st.integers(1, 9))) for n in units]
        counters = {"exposures": sum(units), "multi_variant": draw(st.sampled_from([0, 0, 5]))}
        cells = add(cells, totals(X, units, counters, spent=spent, **told))
        clock += draw(st.sampled_from([MINUTE, 3 * MINUTE, DAY]))
        looks.append(samples.look(cells, clock, offset))
    return looks


@few
@given(histories(), st.lists(st.integers(1, 3), max_size=4))
def test_a_batch_of_looks_is_the_looks_one_by_one(looks, cuts):
    at_once = consider(X, begin(X), looks)
    state, decisions = begin(X), []
    while looks:
        size = cuts.pop() if cuts else 1
        batch, looks = looks[:size], looks[size:]
        state, made = consider(X, state, batch)
        decisions += made
    assert decisions == at_once[1]
    assert state == at_once[0]


@few
@given(histories())
def test_decisions_are_a_chain_and_tell_a_change_each(looks):
    _, decisions = judged(X, *looks)
    data = [decision["data"] for decision in decisions]
    assert [one["seq"] for one in data] == list(range(1, len(data) + 1))
    said = [(one["verdict"], one["action"], one["variant"]) for one in data]
    assert all(before != after for before, after in itertools.pairwise(said))
    stops = [verdict for verdict, _, _ in said if verdict.startswith(("stop_", "invalid_"))]
    assert len(stops) <= 2
    assert said[len(said) - len(stops) :] == [one for one in said if one[0] in stops]


def counts(partition, cells, offsets=(1, 1), clock=START + HOUR, **changes):
    return Counts("demo", 1, ONE.config_hash, partition, offsets, clock, cells)._replace(**changes)


HALF = totals(ONE, (500, 500), bought=(50, 100))


def test_nothing_is_judged_before_every_partition_has_been_heard():
    first = look(ONE, None, [counts(0, HALF)], 2)
    assert (first.decisions, first.stale, first.state.judgement.verdict) == ([], 0, "")
    second = look(ONE, first.state, [counts(1, HALF)], 2)
    assert json.loads(second.decisions[0])["data"]["verdict"] == "stop_success"
    assert present(second.state).cells == add(HALF, HALF)


def test_a_decision_has_the_same_bytes_whichever_partition_was_heard_first():
    said = [counts(partition, HALF) for partition in (2, 10, 1)]
    decided = {look(ONE, None, order, 3).decisions[0] for order in itertools.permutations(said)}
    assert len(decided) == 1


def test_a_look_is_as_old_as_the_slowest_partition():
    state = look(ONE, None, [counts(0, HALF, clock=START + 2 * HOUR)], 2).state
    out = look(ONE, state, [counts(1, HALF)], 2)
    assert present(out.state).clock == START + HOUR
    evidence = json.loads(out.decisions[0])["data"]["evidence"]
    assert evidence["clock"] == {"0": "2025-03-10T02:00:00.000Z", "1": "2025-03-10T01:00:00.000Z"}


@pytest.mark.parametrize(
    ("offsets", "clock", "fresh"),
    [
        ((5, 5), START, False),
        ((4, 5), START, False),
        ((5, 4), START + 1, False),
        ((6, 4), START, False),
        ((5, 5), START - 1, False),
        ((6, 5), START - 1, False),
        ((6, 5), START, True),
        ((5, 6), START, True),
        ((5, 5), START + 1, True),
    ],
)
def test_counts_that_are_not_newer_are_ignored(offsets, clock, fresh):
    known = look(ONE, None, [counts(0, totals(ONE, (10, 10)), (5, 5), START)], 1).state
    out = look(ONE, known, [counts(0, HALF, offsets, clock)], 1)
    assert out.stale == (not fresh)
    assert fresh or (out.state, out.decisions) == (known, [])


def test_counts_of_another_version_of_the_definition_are_ignored():
    assert look(ONE, None, [counts(0, HALF, config_hash="other")], 1).stale == 1


def test_what_arrives_together_is_one_look_and_of_each_partition_the_newest_counts():
    older = totals(ONE, (10, 10))
    apart = look(ONE, look(ONE, None, [counts(0, HALF, (9, 9))], 2).state, [counts(1, HALF)], 2)
    together = look(ONE, None, [counts(0, older), counts(0, HALF, (9, 9)), counts(0, older), counts(1, HALF)], 2)
    assert (together.stale, together.state, together.decisions) == (1, apart.state, apart.decisions)


@few
@given(st.permutations(range(3)), st.permutations(range(3)))
def test_the_order_in_which_partitions_are_heard_does_not_matter(first, second):
    def after(order):
        state = None
        for partition in order:
            state = look(ONE, state, [counts(partition, HALF)], 3).state
        return state

    assert after(first).judgement == after(second).judgement
    assert after(first).log_e == after(second).log_e


def test_a_crossing_keeps_what_it_saw_and_stands():
    won = samples.look(totals(ONE, (1_000, 1_000), **WON), START + HOUR, 7)
    lost = samples.look(totals(ONE, (2_000, 2_000), bought=(300, 300)), START + 2 * HOUR, 9)
    state, _ = judged(ONE, won, lost)
    better = track(ONE, "bought", "bold", "better")
    crossing = state.crossings[str(better)]
    assert crossing == (judged(ONE, won)[0]).crossings[str(better)]
    assert (crossing.clock, crossing.units, crossing.cells) == (START + HOUR, 2_000, won.cells)
    assert (crossing.offsets, crossing.clocks) == ({"0": (7, 7)}, {"0": START + HOUR})
    assert crossing.log_e >= tracks(ONE)[better].threshold > state.log_e[better]


def test_maxima_begin_at_zero_and_never_fall():
    nothing, _ = judged(ONE, totals(ONE, (1_000, 1_000), bought=(100, 100)))
    assert min(nothing.log_e) < 0 == min(nothing.max_log_e)
    won, _ = judged(ONE, totals(ONE, (1_000, 1_000), **WON), totals(ONE, (2_000, 2_000), bought=(300, 300)))
    better = track(ONE, "bought", "bold", "better")
    assert won.log_e[better] < won.max_log_e[better] == won.best[better]


def test_evidence_before_the_gates_is_not_lost():
    x = experiment(BOUGHT, **schedule(min_units=3_000, min_runtime="2h"))
    won = samples.look(totals(x, (1_000, 1_000), **WON), START + HOUR)
    grown = samples.look(totals(x, (2_000, 2_000), bought=(300, 330)), START + HOUR + 1, 2)
    ran = samples.look(totals(x, (2_000, 2_000), bought=(300, 330)), START + 2 * HOUR, 3)
    state, decisions = judged(x, won, grown, ran)
    assert [one["data"]["verdict"] for one in decisions] == ["warming_up", "continue", "stop_success"]
    assert state.crossings[str(track(x, "bought", "bold", "better"))].units == 2_000
    assert state.stopped_at == START + 2 * HOUR


def test_a_stop_stands_and_counting_goes_on():
    won = totals(ONE, (1_000, 1_000), **WON)
    lost = totals(ONE, (9_000, 9_000), bought=(5_000, 900))
    state, decisions = judged(ONE, won, samples.look(lost, START + DAY))
    assert [one["data"]["verdict"] for one in decisions] == ["stop_success"]
    assert (state.judgement.variant, state.stopped_at) == ("bold", START + HOUR)
    assert str(track(ONE, "bought", "bold", "harm")) in state.crossings


def test_a_broken_split_overrides_a_stop_and_keeps_its_time():
    won = totals(ONE, (1_000, 1_000), **WON)
    broken = totals(ONE, (4_000, 2_000), bought=(400, 400))
    state, decisions = judged(ONE, won, samples.look(broken, START + DAY))
    assert [one["data"]["verdict"] for one in decisions] == ["stop_success", "invalid_srm"]
    assert state.judgement.action == "review"


def test_what_was_reached_stays_reached():
    state, _ = judged(ONE, totals(ONE, (400, 200)))
    even = np.array([totals(ONE, (9_000, 9_000))], dtype=object)
    assert walk([ONE], [state], [even])[0].reached[0, SRM]
    assert not walk([ONE], [begin(ONE)], [even])[0].reached[0, SRM]


@pytest.mark.parametrize(
    ("units", "srm", "broken"),
    [
        ((400, 200), {}, True),
        ((400, 200), {"min_units": 601}, False),
        ((400, 200), {"min_units": 600}, True),
        ((400, 200), {"min_deviation": 0.17}, False),
        ((400, 200), {"min_deviation": 0.16}, True),
        ((310, 290), {"min_deviation": 0}, False),
        ((0, 0), {"min_units": 0, "min_deviation": 0}, False),
    ],
)
def test_the_split_is_broken_by_evidence_and_by_size(units, srm, broken):
    x = experiment(BOUGHT, statistics={"srm": srm})
    _, decisions = judged(x, totals(x, units))
    assert (decisions[-1]["data"]["verdict"] == "invalid_srm") == broken


def test_the_expected_split_follows_the_phases():
    phases = [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.5, "bold": 0.5}}]
    x = experiment(BOUGHT, assignment={"variants": variants(0.9, 0.1), "phases": phases})
    cells = totals(x, (0, 0), {"exposures": 11_000})
    for phase, units in enumerate([(9_000, 1_000), (500, 500)]):
        for variant, n in enumerate(units):
            cells[x.layout.units.at(phase, variant)] = n
    assert judged(x, cells)[1][-1]["data"]["verdict"] == "continue"


@pytest.mark.parametrize(("crossed", "verdict"), [(0, "continue"), (11, "continue"), (12, "invalid_multi_exposure")])
def test_too_many_crossers_make_it_invalid(crossed, verdict):
    cells = totals(ONE, (50, 50), {"multi_variant": crossed})
    assert judged(ONE, cells)[1][-1]["data"]["verdict"] == verdict


@pytest.mark.parametrize("ratio", [0, 0.5])
def test_without_crossers_no_ratio_is_too_high(ratio):
    x = experiment(BOUGHT, exposure={"block_ratio": ratio})
    assert judged(x, totals(x, (50, 50)))[1][-1]["data"]["verdict"] == "continue"


def silent(x, *history, silence=True):
    looks = [samples.look(totals(x, (50, 50), {"exposures": n}), START + at, i) for i, (n, at) in enumerate(history)]
    state, decisions = consider(x, begin(x), looks, silence=silence)
    told = [(json.loads(one)["data"]["verdict"], json.loads(one)["time"][14:]) for one in decisions]
    return told, state.exposed


def test_silence_passes_when_an_exposure_comes():
    x = experiment(BOUGHT, **schedule(no_data_grace="5m"))
    history = [(10, MINUTE), (10, 6 * MINUTE), (10, 6 * MINUTE + 1), (11, 7 * MINUTE), (11, 8 * MINUTE)]
    told = [("continue", "01:00.000Z"), ("no_data", "06:00.001Z"), ("continue", "07:00.000Z")]
    assert silent(x, *history) == (told, (11, START + 7 * MINUTE))
    assert silent(x, *history, silence=False) == (told[:1], (11, START + 7 * MINUTE))


@pytest.mark.parametrize(
    ("times", "ends"),
    [
        ({"max_runtime": "2d"}, 2 * DAY),
        ({"max_runtime": "2d", "stop_at": "2025-03-11T00:00:00Z"}, DAY),
        ({"max_runtime": "2d", "stop_at": "2025-03-13T00:00:00Z"}, 2 * DAY),
    ],
)
def test_the_runtime_ends_when_the_last_unit_has_matured(times, ends):
    x = experiment(BOUGHT, **schedule(**times))
    assert end_of_counting(x) == START + ends + 6 * MINUTE
    for before, verdict in ((1, "continue"), (0, "stop_max_runtime")):
        last = samples.look(totals(x, (50, 50)), START + ends + 6 * MINUTE - before)
        assert judged(x, last)[1][-1]["data"]["verdict"] == verdict


def test_what_never_starts_never_ends():
    x = experiment(BOUGHT, schedule={})
    assert end_of_counting(x) is None
    assert end_of_counting(experiment(BOUGHT, schedule={"stop_at": "2025-03-10T00:00:00Z"})) == START + 6 * MINUTE
    won = samples.look(totals(x, (1_000, 1_000), **WON), START + 90 * DAY)
    assert judged(x, won)[1][-1]["data"]["verdict"] == "continue"


def test_only_what_the_next_counts_cannot_bring_back_is_worth_keeping():
    cells = totals(ONE, (1_000, 1_000), bought=(100, 110))
    before, _ = judged(ONE, cells)
    same, _ = judged(ONE, samples.look(cells, START + HOUR + 1), state=before)
    crossed, _ = judged(ONE, samples.look(totals(ONE, (1_000, 1_000), **WON)), state=before)
    grown, _ = judged(ONE, samples.look(totals(ONE, (1_000, 1_000), bought=(100, 115))), state=before)
    assert [worth_keeping(a, b) for a, b in ((None, before), (before, same), (before, crossed), (before, grown))] == [
        True,
        False,
        True,
        True,
    ]


def test_looks_with_counts_beyond_the_range_of_machine_integers_are_judged():
    huge = totals(experiment(SPENT), (60, 60), spent=((60, 9 * 10**6), (50, 9 * 10**6)))
    x = experiment(SPENT | {"cap": {"value": 9e12}})
    assert max(huge) > 2**70
    state, _ = judged(x, huge)
    assert np.isfinite(state.log_e).all()


def test_a_look_is_a_value():
    assert Look({"0": (1, 2)}, {"0": 5, "1": 3}, []).clock == 3


def at(clock, recency):
    return samples.look(add(HALF, HALF), clock, recency=recency)


def test_a_stop_that_is_held_keeps_its_crossing_and_comes_when_all_partitions_are_recent():
    old, between, recent = Recency(START + 2 * HOUR, START + 3 * HOUR), Recency(START, START + 3 * HOUR), Recency(0, 0)
    looks = [at(START + HOUR, old), at(START + HOUR + MINUTE, between), at(START + 2 * HOUR, recent)]
    state, decisions = judged(ONE, *looks)
    assert [one["data"]["verdict"] for one in decisions] == ["held", "stop_success"]
    assert (state.crossings[str(track(ONE, "bought", "bold", "better"))].clock, state.stopped_at) == (
        START + HOUR,
        START + 2 * HOUR,
    )


def test_the_evidence_knows_nothing_of_recency():
    old = Recency(START + DAY, START + DAY)
    held, free = (judged(ONE, at(START + HOUR, recency))[0] for recency in (old, None))
    assert (held.log_e, held.max_log_e, held.best, held.crossings) == (
        free.log_e,
        free.max_log_e,
        free.best,
        free.crossings,
    )


def test_one_slow_partition_holds_the_verdict_and_is_named():
    recency = Recency(START + HOUR, START + HOUR)
    state = look(ONE, None, [counts(0, HALF, clock=START + 2 * HOUR)], 2, recency).state
    out = look(ONE, state, [counts(1, HALF, clock=START + HOUR - 1)], 2, recency)
    (said,) = [json.loads(decision)["data"] for decision in out.decisions]
    assert (said["verdict"], said["action"]) == ("held", "none")
    assert said["reasons"][0].startswith(
        "no stop on old counts: source partition 1 has been read up to 2025-03-10T00:59"
    )
    again = look(ONE, out.state, [counts(1, HALF, clock=START + HOUR)], 2, recency)
    assert [json.loads(decision)["data"]["verdict"] for decision in again.decisions] == ["stop_success"]


def test_nobody_has_been_silent_while_the_clock_was_not_known():
    x = experiment(BOUGHT, **schedule(no_data_grace="1h"))
    cells = totals(x, (50, 50))
    looks = [samples.look(cells, 0), samples.look(cells, START + DAY), samples.look(cells, START + DAY + HOUR + 1)]
    _, decisions = judged(x, *looks)
    assert [one["data"]["verdict"] for one in decisions] == ["continue", "no_data"]
    assert decisions[1]["time"] == "2025-03-11T01:00:00.001Z"
