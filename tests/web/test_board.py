"""The board keeps what it is given, within bounds, and tells whoever watches."""

import json

from streams.web.board import DECISIONS, Board
from tests.web.sample import WINNER, decision_of
from tests.web.simulation import Play


def played(looks=20):
    board = Board()
    Play(WINNER).tell(board, looks)
    return board


def decision(seq, **changes):
    obj, _, _ = Play(WINNER).look()
    return decision_of(obj | changes, seq)


def test_the_newest_object_of_an_experiment_is_shown():
    board = played(20)
    assert [obj["clock"] for obj in board.experiments()] == ["2026-11-22T09:00:20Z"]


def test_an_unknown_experiment_has_no_object_and_no_points():
    assert (Board().experiment("nobody"), Board().points("nobody")) == (None, [])


def test_the_first_of_two_decisions_in_one_place_counts():
    board = Board()
    board.add_decision(decision(1, verdict="stop_success"))
    board.add_decision(decision(1, verdict="stop_harm", config_hash="forged"))
    assert [d["data"]["verdict"] for d in board.decisions()] == ["stop_success"]


def test_decisions_keep_their_order_and_the_oldest_go_when_there_are_too_many():
    board = Board()
    for seq in range(DECISIONS + 3):
        board.add_decision(decision(seq))
    assert list(range(3, DECISIONS + 3)) == [d["data"]["seq"] for d in board.decisions()]


def test_the_pipeline_may_be_a_value_or_something_to_ask():
    board = Board()
    board.pipeline = {"read": 1}
    asked = Board()
    asked.pipeline = lambda: {"read": 2}
    assert [board.pipeline_now(), asked.pipeline_now()] == [{"read": 1}, {"read": 2}]


async def test_the_pipeline_is_told_only_when_it_has_moved():
    board = Board()
    with board.feed.subscribe() as messages:
        for read in (1, 1, 2):
            board.pipeline = {"read": read}
            board.tell_pipeline()
        heard = [await anext(messages) for _ in range(2)]
        board.feed.close()
        heard += [message async for message in messages]
    assert [json.loads(message.split(b"data: ")[1])["read"] for message in heard] == [1, 2]
