import re
from itertools import combinations

import pytest
import yaml

UNITS = {"none", "short", "percentunit", "s", "ms", "cps", "ops"}  # ids of Grafana's; others are shown as bare text


@pytest.fixture(scope="module")
def panels(dashboard):
    return dashboard["panels"]


def _dictionaries(node):
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _dictionaries(child)


def test_every_panel_and_variable_asks_the_provisioned_data_source(root, dashboard, panels):
    provisioned = yaml.safe_load((root / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    sources = [{"type": source["type"], "uid": source["uid"]} for source in provisioned["datasources"]]
    asked = [each["datasource"] for each in [*panels, *dashboard["templating"]["list"]]]

    assert len(sources) == 1
    assert asked == sources * len(asked)


def test_the_data_source_is_the_prometheus_of_the_compose_file(root, compose):
    provisioned = yaml.safe_load((root / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())

    assert [source["url"] for source in provisioned["datasources"]] == ["http://prometheus:9090"]
    assert [port["target"] for port in compose["services"]["prometheus"]["ports"]] == [9090]


def test_grafana_looks_for_dashboards_where_compose_puts_them(root, compose):
    (provider,) = yaml.safe_load((root / "deploy/grafana/provisioning/dashboards/peekproof.yml").read_text())[
        "providers"
    ]
    mounts = {mount["target"]: mount["source"] for mount in compose["services"]["grafana"]["volumes"]}
    home = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert mounts[provider["options"]["path"]] == str(root / "deploy/grafana/dashboards")
    assert home == f"{provider['options']['path']}/experiments.json"


def test_panels_have_an_id_of_their_own_a_description_and_do_not_overlap(panels):
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["description"] for panel in panels)
    assert not any(_overlap(a["gridPos"], b["gridPos"]) for a, b in combinations(panels, 2))
    assert max(panel["gridPos"]["x"] + panel["gridPos"]["w"] for panel in panels) <= 24


def _overlap(a, b):
    return all(a[at] < b[at] + b[size] and b[at] < a[at] + a[size] for at, size in (("x", "w"), ("y", "h")))


def test_every_panel_names_a_unit_that_grafana_knows(panels):
    assert {panel["fieldConfig"]["defaults"]["unit"] for panel in panels} <= UNITS


def test_every_variable_is_used_and_every_one_used_is_defined(dashboard):
    defined = {variable["name"] for variable in dashboard["templating"]["list"]}
    texts = [text for node in _dictionaries(dashboard) for text in node.values() if isinstance(text, str)]
    used = {name for text in texts for name in re.findall(r"\$(\w+)", text)}

    assert used == defined == {"experiment", "variant", "metric"}


def test_what_is_styled_by_name_is_drawn(panels):
    for panel in panels:
        drawn = {target.get("legendFormat") for target in panel["targets"]}
        columns = {"experiment", "verdict"} if panel["type"] == "table" else set()
        styled = [o["matcher"]["options"] for o in panel["fieldConfig"]["overrides"] if o["matcher"]["id"] == "byName"]
        below = [p["value"] for p in _dictionaries(panel) if p.get("id") == "custom.fillBelowTo"]
        assert {*styled, *below} <= drawn | columns, panel["title"]


def test_the_table_keeps_orders_and_names_only_columns_that_its_queries_make(panels):
    (table,) = [panel for panel in panels if panel["type"] == "table"]
    _, keep, arrange = (step["options"] for step in table["transformations"])
    kept = set(keep["include"]["names"])
    values = {f"Value #{target['refId']}" for target in table["targets"]}

    assert set(arrange["indexByName"]) == kept
    assert set(arrange["renameByName"]) == {name for name in kept if name.startswith("Value")} < values
