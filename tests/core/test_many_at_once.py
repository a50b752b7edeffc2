"""Looks at many experiments at once are the looks at each alone, bit by bit; what is shown of them as well."""

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core import abreast, evaluation, questions
from streams.core.attribution import Counts
from streams.core.cells import add
from streams.core.evaluation import Asked, look, looks
from streams.core.shown import Known
from tests.core.samples import BOUGHT, HARMED, MINUTE, SPENT, START, experiment, schedule, totals, variants
from tests.core.test_claims import ADJUSTED, QUANTILE, RATE, RATIO

PARTITIONS = 2
few = settings(max_examples=settings().max_examples // 5)


def named(name, *metrics, **parts):
    return experiment(*metrics, **({"metadata": {"id": name, "owner": {"name": "Ada"}}} | parts))


ARMS = {"assignment": {"variants": variants(0.4, 0.3, 0.3)}}
LOPSIDED = {"assignment": {"variants": variants(0.8, 0.2)}}
PHASES = {
    "assignment": {
        "variants": variants(0.5, 0.5),
        "phases": [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.7, "bold": 0.3}}],
    }
}
HOLM = {"statistics": {"multiplicity": "holm"}}
WORLD = [
    named("plain", BOUGHT),
    named("likely", BOUGHT | {"baseline": {"mean": 0.1}}),
    named("likelier", BOUGHT | {"baseline": {"mean": 0.3}, "mde": {"relative": 0.2}}),
    named("lopsided", BOUGHT, HARMED, **LOPSIDED),
    named("phases", BOUGHT, HARMED | {"baseline": {"mean": 0.2}}, **PHASES),
    named("spending", SPENT, BOUGHT, HARMED),
    named("spending_much", SPENT | {"mde": {"absolute": 3}}, BOUGHT | {"role": "secondary"}),
    named("arms", BOUGHT, SPENT, HARMED, **ARMS, **schedule(min_units=100)),
    named("corrected", BOUGHT, SPENT, **ARMS, **HOLM),
    named("raced", RATE, statistics={"method": {"bought": "sprt"}}),
    named("labels", RATE, statistics={"method": {"bought": "multinomial"}}),
    named("labels_again", RATE | {"mde": {"relative": 0.1}}, statistics={"method": {"bought": "multinomial"}}),
    named("rest", ADJUSTED | {"id": "a"}, RATIO | {"id": "r"}, QUANTILE | {"id": "q"}),
    named("rest_again", ADJUSTED | {"id": "a", "mde": {"absolute": 0.2}}, RATIO | {"id": "r", "mde": {"absolute": 1}}),
]


@st.composite
def arrivals(draw):
    """A few rounds: for some experiments, counts of some partitions, which grow or only get older."""
    cells = {(x.id, p): [0] * x.layout.size for x in WORLD for p in range(PARTITIONS)}
    rounds = []
    for offset in range(1, draw(st.integers(3, 5))):
        told = {x.id: [] for x in WORLD}
        for x, p in [(x, p) for x in WORLD for p in range(PARTITIONS) if draw(st.booleans()) or offset == 1]:
            if draw(st.booleans()):
                cells[x.id, p] = add(cells[x.id, p], grown(draw, x))
            told[x.id].append(
                Counts(x.id, 1, x.config_hash, p, (offset, offset), START + offset * MINUTE, cells[x.id, p])
            )
        rounds.append(told)
    return rounds


def grown(draw, x):
    units = [draw(st.sampled_from([0, 30, 60, 150])) for _ in x.variants]
    yes = {m.spec.id: [n // draw(st.integers(2, 9)) for n in units] for m in x.metrics if m.outcome == "yes_no"}
    spent = {m.spec.id: [(n // 2, draw(st.integers(1, 9))) for n in units] for m in x.metrics if m.outcome != "yes_no"}
    return totals(x, units, **yes, **spent)


@few
@given(arrivals())
def test_a_look_at_many_experiments_is_a_look_at_each(rounds):
    """One that has forgotten what was answered of each metric the last time."""
    states = dict.fromkeys(x.id for x in WORLD)
    for told in rounds:
        asked = [Asked(x, states[x.id], told[x.id]) for x in WORLD]
        together = looks(asked, PARTITIONS)
        with patch.object(abreast, "lately", questions.evidence):
            assert [look(*one, PARTITIONS) for one in asked] == together
        states = {x.id: outcome.state for x, outcome in zip(WORLD, together, strict=True)}


@few
@given(st.data())
def test_what_is_shown_of_many_experiments_is_what_is_shown_of_each(data):
    wanted = [(x, grown(data.draw, x)) for x in WORLD]
    together = Known()
    together.ask(wanted)
    for x, cells in wanted:
        for m, variant in [(m, variant) for m in range(len(x.metrics)) for variant in x.treatments]:
            assert Known().tell(x, m, variant, cells) == together.tell(x, m, variant, cells)


def test_what_was_shown_long_ago_is_found_out_anew(monkeypatch):
    monkeypatch.setattr("streams.core.shown.REMEMBERED", 2)
    x, known = WORLD[0], Known()
    some = [totals(x, (units, units), bought=(units // 10, units // 5)) for units in (100, 200, 300)]
    first = known.tell(x, 0, 1, some[0])
    known.ask([(x, cells) for cells in some])
    assert known.tell(x, 0, 1, some[0]) == first != known.tell(x, 0, 1, some[2])


def told(x, clock, *cells):
    return [Counts(x.id, 1, x.config_hash, p, (clock, clock), START + clock, one) for p, one in enumerate(cells)]


def test_only_where_cells_have_moved_the_tests_are_asked(monkeypatch):
    walked = []
    walk = evaluation.walk
    monkeypatch.setattr(evaluation, "walk", lambda xs, *more: walked.append([x.id for x in xs]) or walk(xs, *more))
    pair, cells = WORLD[:2], [totals(WORLD[0], (50, 50), bought=(5, 10))] * PARTITIONS
    first = looks([Asked(x, None, told(x, 1, *cells)) for x in pair], PARTITIONS)
    second = looks([Asked(x, one.state, told(x, 2, *cells)) for x, one in zip(pair, first, strict=True)], PARTITIONS)
    more = [totals(WORLD[0], (50, 60), bought=(5, 10)), cells[1]]
    looks(
        [Asked(x, one.state, told(x, 3, *new)) for x, one, new in zip(pair, second, (more, cells), strict=True)],
        PARTITIONS,
    )
    assert walked == [["plain", "likely"], ["plain"]]
    assert [one.state.log_e for one in second] == [one.state.log_e for one in first]
    assert {part.clock for one in second for part in one.state.parts.values()} == {START + 2}


def test_the_clock_alone_may_change_what_is_said():
    x = named("short", BOUGHT, **schedule(no_data_grace="2m"))
    cells = [totals(x, (50, 50), bought=(5, 5))] * PARTITIONS
    first = look(x, None, told(x, 1, *cells), PARTITIONS)
    second = look(x, first.state, told(x, 3 * MINUTE, *cells), PARTITIONS)
    assert (first.state.judgement.verdict, second.state.judgement.verdict) == ("continue", "no_data")
