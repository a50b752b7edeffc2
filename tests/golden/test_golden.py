import pytest

from tests.golden.scenarios import (
    IDS,
    NOW,
    definitions_folder,
    differences,
    events_file,
    expected,
    predictions,
    recount,
    until,
)


@pytest.fixture(params=IDS)
def scenario(request):
    return request.param


def test_the_oracle_counts_what_the_rules_predict(scenario):
    assert differences(predictions(scenario), recount(scenario)) == []


def test_replay_counts_what_the_rules_predict(scenario, tmp_path):
    from streams.lab.replay import replay

    report = replay(definitions_folder(scenario), [events_file(scenario)], tmp_path, until=until(scenario), now=NOW)
    assert differences(predictions(scenario), report) == []


def test_predicted_totals_add_up(scenario):
    counts = predictions(scenario)
    assert counts["read"] == counts["accepted"] + counts["late"] + sum(counts["rejected"].values())


def test_every_rule_has_a_scenario_and_every_scenario_says_why():
    assert {scenario[:2] for scenario in IDS} == {f"{rule:02}" for rule in range(1, 11)}
    assert all(expected(scenario)["why"] for scenario in IDS)


def test_every_reason_a_file_can_give_is_predicted():
    reasons = {reason for scenario in IDS for reason, count in predictions(scenario)["rejected"].items() if count}
    closed_list = (
        "too_large malformed unknown_type future bad_value unknown_experiment unknown_variant evaluation_not_split"
        " not_running ineligible no_consent"
    )
    assert reasons == set(closed_list.split())


def test_a_wrong_count_is_noticed():
    assert differences({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}) == ["/a/b: expected 1, found 2"]
    assert differences({"a": 1, "b": 0}, {}) == ["/a: missing"]
    assert differences({"a": None}, {"a": 0}) == ["/a: expected None, found 0"]
