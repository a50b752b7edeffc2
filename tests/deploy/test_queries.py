"""What dashboard and rules ask for is what the exporter says, and a real Prometheus answers all of it."""

import re

import pytest

from streams.exporter.exposition import render
from tests.deploy.scraping import prometheus
from tests.web.sample import AA, BROKEN, HARM, WINNER
from tests.web.simulation import Play

LOOKS = 140  # by then each story has come to its end
pytestmark = pytest.mark.xdist_group("prometheus")  # one Prometheus: one xdist worker runs them all
BEHIND_AND_WRONG = {
    "clock": None,
    "lag": 5_000,
    "lag_seconds": 300.0,
    "snapshot": None,
    "sources": {"peekproof.exposures": {"unexplained": 1}},
}
CHOSEN = {"experiment": WINNER.id, "variant": "personal", "metric": "purchase"}


def _played(story):
    play = Play(story)
    for _ in range(LOOKS):
        experiment, _, _ = play.look()
    return experiment


@pytest.fixture(scope="module")
def page():
    pipeline = {"recovering": False, "partitions": {"0": BEHIND_AND_WRONG}}
    return render([_played(story) for story in (WINNER, HARM, AA, BROKEN)], pipeline, now=0.0)


@pytest.fixture(scope="module")
def running(page, prometheus_binary, root, tmp_path_factory):
    with prometheus(prometheus_binary, root / "deploy/prometheus", page, tmp_path_factory.mktemp("prometheus")) as it:
        yield it


@pytest.fixture(scope="module")
def targets(dashboard):
    """Each query of the dashboard under its panel and letter, the variables filled in."""
    queries = {(p["id"], t["refId"]): t["expr"] for p in dashboard["panels"] for t in p["targets"]}
    return {place: re.sub(r"\$(\w+)", lambda name: CHOSEN[name[1]], expr) for place, expr in queries.items()}


@pytest.fixture(scope="module")
def variables(dashboard):
    """Each variable's name to the (series, label) whose values it offers."""
    return {
        each["name"]: re.fullmatch(r"label_values\((.+), (\w+)\)", each["query"]["query"]).groups()
        for each in dashboard["templating"]["list"]
    }


def test_every_metric_that_is_asked_for_is_exported(page, targets, variables, rules):
    asked = [*targets.values(), *(series for series, _ in variables.values()), *(str(rule) for rule in rules)]
    exported = set(re.findall(r"^(peekproof_\w+)", page.decode(), re.MULTILINE))

    assert {name for text in asked for name in re.findall(r"peekproof_\w+", text)} - exported == set()


def test_every_variable_offers_the_chosen_and_no_empty_value(running, variables):
    for name, (series, label) in variables.items():
        offered = running.label_values(series.replace("$experiment", CHOSEN["experiment"]), label)
        assert CHOSEN[name] in offered
        assert all(offered)


def test_every_query_of_the_dashboard_returns_something(running, targets):
    assert [place for place, expr in targets.items() if not running.query(expr)] == []


def test_while_two_workers_export_an_experiment_every_line_and_row_is_there_once(running, targets):
    found = {place: len(running.query(expr)) for place, expr in targets.items()}
    lines = {place: 1 for place in targets if place[0] in (2, 3)}
    rows = {place: 4 for place in targets if place[0] == 1}

    assert found == lines | rows | {(4, "A"): 2}


def test_the_verdict_column_holds_the_verdict_of_each_experiment(running, targets):
    rows = [row["metric"] for row in running.query(targets[1, "A"])]

    assert {row["experiment"]: row["verdict"] for row in rows} == {
        WINNER.id: "stop_success",
        HARM.id: "stop_harm",
        AA.id: "continue",
        BROKEN.id: "invalid_srm",
    }


def test_each_decision_is_one_alert_of_the_right_kind(running):
    alerts = {name: found for name, found in running.alerts().items() if name.startswith("Experiment")}
    told = {name: [alert["labels"]["experiment"] for alert in found] for name, found in alerts.items()}

    assert {name: sorted(found) for name, found in told.items()} == {
        "ExperimentDecided": sorted([WINNER.id, BROKEN.id]),
        "ExperimentHarm": [HARM.id],
    }


def test_of_what_several_workers_export_one_alert_is_made(running):
    alerts = running.alerts()

    assert {name: len(alerts[name]) for name in ("WorkerDown", "EventsUnexplained", "LagHigh")} == {
        "WorkerDown": 1,
        "EventsUnexplained": 1,
        "LagHigh": 1,
    }


def test_the_alert_tells_effect_and_bounds_and_where_to_read_on(running):
    (harm,) = running.alerts()["ExperimentHarm"]
    number = r"[+-]\d\S*"

    assert re.search(rf"unsubscribe of personal_bold {number} \[{number}, {number}\]", harm["annotations"]["summary"])
    assert harm["annotations"]["runbook_url"] == f"https://example.org/runbooks/{HARM.id}"
    assert harm["annotations"]["dashboard_url"].endswith(f"?var-experiment={HARM.id}")
