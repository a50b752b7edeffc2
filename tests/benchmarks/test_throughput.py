"""The flood of bad events: each is refused for the reason its books name, and books that are wrong are heard of."""

from collections import Counter

import pytest

from benchmarks.throughput_books import expected
from benchmarks.throughput_load import GOOD, SPOILT, START, event, spoilt
from benchmarks.throughput_poison import check
from benchmarks.throughput_stages import catalogue
from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.events import Record
from streams.core.topology import EXPOSURES

SENT = Counter({GOOD: 4, "malformed": 2, "future": 1})


@pytest.mark.parametrize("number", range(1, 36, 2))
def test_a_spoilt_event_is_refused_for_the_reason_it_names(number):
    (refused, reason), sound = outcome(*sent(number)), outcome(number, GOOD, event(number, START + number)[2])
    assert (refused, sound) == ([reason], ([], GOOD))


def sent(number):
    return number, *spoilt(number, event(number, START + number)[2])


def outcome(number, reason, value):
    kind = "exposures" if event(number, START + number)[0] == EXPOSURES else "conversions"
    arrivals = Decoder().arrivals([Record(0, START + number, value)])
    return [one.outcome for one in Attribution(catalogue(), 0).apply(kind, arrivals)], reason


def test_every_reason_comes_in_both_topics():
    found = {(event(number, START)[0], sent(number)[1]) for number in range(1, 36, 2)}
    assert len(found) == 2 * len(SPOILT)


def test_books_that_are_right_are_told(capsys):
    check(SENT, expected(SENT))
    assert capsys.readouterr().out == "good events counted 4 of 4; rejected 3 of 3, told 3; restarts 0\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"counted": 3},
        {"accepted": 5},
        {"consumed": 8},
        {"rejected": Counter(malformed=3)},
        {"published": Counter(malformed=2)},
        {"repeated": 1},
        {"restarts": 1},
        {"unexplained": 1},
    ],
)
def test_books_that_are_wrong_end_it(wrong):
    ((name, value),) = wrong.items()
    right = getattr(expected(SENT), name)
    with pytest.raises(SystemExit) as error:
        check(SENT, expected(SENT)._replace(**wrong))
    assert str(error.value) == f"{name}: {value}, not {right}"
