"""Which decision counts last, whatever lies in the log."""

import json
from types import SimpleNamespace

from streams.settings import Settings
from streams.worker.rulings import Rulings

X = SimpleNamespace(id="one", epoch=1, config_hash="a")


def decision(seq, note="", **changes):
    said = {"experiment_id": "one", "epoch": 1, "config_hash": "a", "seq": seq, "verdict": note, **changes}
    return json.dumps({"id": "x", "data": said}).encode()


def last(*records):
    rulings = Rulings(Settings())
    for record in records:
        rulings.add(record)
    return rulings.last(X)


def test_nothing_was_decided():
    assert last() is None


def test_the_highest_number_counts_last():
    assert last(decision(1), decision(2), decision(3)) == decision(3)


def test_of_two_with_one_number_the_first_counts():
    assert last(decision(1), decision(2), decision(2, "late")) == decision(2)
    assert last(decision(1), decision(2), decision(1, "late")) == decision(2)


def test_other_experiments_and_versions_have_their_own():
    others = [decision(7, experiment_id="two"), decision(8, epoch=2), decision(9, config_hash="b")]
    assert last(decision(1), *others) == decision(1)
