"""Who takes over goes on from what the log says was decided, whatever it was left."""

import json

import pytest

from streams.core.adoption import reconcile
from streams.core.evaluation import begin, consider
from streams.core.tracks import SRM
from tests.core.samples import BOUGHT, DAY, HARMED, HOUR, MINUTE, START, experiment, look, schedule, totals, track

X = experiment(BOUGHT, HARMED, **schedule(min_units=100, min_runtime="1d"))
FEW, EVEN = totals(X, (20, 20)), totals(X, (600, 600), bought=(60, 60), left=(30, 30))
WON = totals(X, (3_000, 3_000), bought=(300, 600), left=(150, 150))


def along(*looks):
    """States after each look, and the decisions up to then."""
    state, decisions, found = begin(X), [], []
    for cells, clock in looks:
        state, made = consider(X, state, [look(cells, clock, offset=clock)])
        decisions = [*decisions, *made]
        found.append((state, decisions))
    return found


STEPS = along((FEW, START + MINUTE), (EVEN, START + HOUR), (WON, START + 2 * HOUR), (WON, START + 2 * DAY))
LATEST = START + 2 * DAY
VERDICTS = ["warming_up", "continue", "stop_success"]


def verdicts(decisions):
    return [json.loads(one)["data"]["verdict"] for one in decisions]


def test_the_samples_are_what_the_tests_speak_of():
    assert [verdicts(decisions) for _, decisions in STEPS] == [VERDICTS[:n] for n in (1, 2, 2, 3)]


def test_without_a_log_all_stands_that_is_remembered():
    state, decisions = STEPS[1]
    assert reconcile(X, state, decisions[1:], None) == (state, decisions[1:])
    assert reconcile(X, None, [], None) == (None, [])


def test_what_the_log_ends_with_is_not_sent_again():
    state, decisions = STEPS[1]
    assert reconcile(X, state, decisions[1:], decisions[1]) == (state, [])


def test_a_decision_that_was_kept_but_not_sent_is_sent_as_it_was():
    state, decisions = STEPS[3]
    assert reconcile(X, state, decisions[2:], decisions[1]) == (state, decisions[2:])
    assert reconcile(X, state, decisions[1:], decisions[0]) == (state, decisions[1:])


@pytest.mark.parametrize("remembered", [None, STEPS[0][0], STEPS[1][0], STEPS[2][0]])
def test_a_successor_with_old_memory_knows_what_was_decided_and_seen(remembered):
    state, decisions = STEPS[3]
    found, outbox = reconcile(X, remembered, [], decisions[-1])
    assert (found.decided, found.judgement, outbox) == (state.decided, state.judgement, [])
    assert found.stopped_at == state.stopped_at
    won = str(track(X, "bought", "bold", "better"))
    assert (found.crossings[won], found.best[int(won)]) == (state.crossings[won], state.best[int(won)])
    assert {p: (part.offsets, part.clock) for p, part in found.parts.items()} == {"0": ((LATEST, LATEST), LATEST)}


def test_a_successor_with_old_memory_decides_what_follows_in_the_log():
    """The worker that was left behind at the first decision would have made another second one."""
    decisions = STEPS[1][1]
    state, outbox = reconcile(X, STEPS[0][0], [], decisions[1])
    _, made = consider(X, state, [look(WON, START + 2 * DAY, offset=9)])
    (data,) = [json.loads(one)["data"] for one in made]
    assert (outbox, data["seq"], data["verdict"]) == ([], 3, "stop_success")
    assert data["previous_hash"] == STEPS[1][0].decided.hash


def test_a_decision_that_lost_to_another_of_its_number_is_forgotten():
    """Both began from the first decision; the other one's second came first."""
    loser, late = along((FEW, START + MINUTE), (EVEN, START + 3 * HOUR))[1]
    winner, decisions = STEPS[1]
    for outbox in ([], late[1:]):
        state, unsent = reconcile(X, loser, outbox, decisions[1])
        assert (unsent, state.decided) == ([], winner.decided)


def test_what_follows_a_decision_that_lost_is_not_sent():
    loser, late = along((FEW, START + MINUTE), (EVEN, START + 3 * HOUR), (WON, START + 3 * DAY))[2]
    winner, decisions = STEPS[1]
    assert len(late) == 3
    state, unsent = reconcile(X, loser, late[1:], decisions[1])
    assert (unsent, state.decided, state.judgement) == ([], winner.decided, winner.judgement)


def test_what_was_reached_since_by_whoever_remembers_more_is_kept():
    remembered = STEPS[2][0]
    assert remembered.crossings
    found, _ = reconcile(X, remembered, [], along((FEW, START + HOUR))[0][1][0])
    assert (found.crossings, found.max_log_e) == (remembered.crossings, remembered.max_log_e)


def test_the_early_reading_and_the_split_are_adopted_too():
    x = experiment(BOUGHT)
    state, decisions = consider(x, begin(x), [look(totals(x, (3_000, 2_000), bought=(100, 300)), START + HOUR)])
    found, _ = reconcile(x, None, [], decisions[-1])
    assert {str(SRM), str(track(x, "bought", "bold", "early_better"))} <= found.crossings.keys()
    assert found.crossings == {i: crossing for i, crossing in state.crossings.items() if i in found.crossings}
    assert found.max_log_e[SRM] == state.max_log_e[SRM]
