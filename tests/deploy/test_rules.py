import re
import shutil
import subprocess

import pytest
import yaml


def _run(promtool, *words, cwd):
    return subprocess.run([promtool, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def here(root, tmp_path):
    """A copy of the Prometheus folder, with its rules where this machine finds them."""
    folder = shutil.copytree(root / "deploy/prometheus", tmp_path / "prometheus")
    config = folder / "prometheus.yml"
    config.write_text(config.read_text().replace("/etc/prometheus/", ""))
    return folder


def test_prometheus_understands_its_configuration_and_finds_its_rules(promtool, here):
    done = _run(promtool, "check", "config", "prometheus.yml", cwd=here)

    assert done.returncode == 0, done.stderr
    assert "1 rule files found" in done.stdout


def test_the_rules_do_what_their_scenarios_say(promtool, here):
    done = _run(promtool, "test", "rules", "rules_test.yml", cwd=here)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("safeguard", [r" *keep_firing_for: 10m\n", r"max_over_time|\[10m\]", ", decision_id"])
def test_no_safeguard_of_the_decision_alerts_can_be_dropped_unnoticed(promtool, here, safeguard):
    rules = here / "rules.yml"
    rules.write_text(re.sub(safeguard, "", rules.read_text()))

    assert _run(promtool, "check", "rules", "rules.yml", cwd=here).returncode == 0
    assert _run(promtool, "test", "rules", "rules_test.yml", cwd=here).returncode == 1


def test_every_rule_has_a_scenario(root, rules):
    scenarios = yaml.safe_load((root / "deploy/prometheus/rules_test.yml").read_text())["tests"]

    assert {rule["alert"] for rule in rules} == {
        case["alertname"] for scenario in scenarios for case in scenario["alert_rule_test"] if case["exp_alerts"]
    }


def test_every_alert_says_how_bad_what_kind_where_to_look_and_what_to_do(rules, dashboard, root):
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning", "notice"}, rule["alert"]
        assert rule["labels"]["category"] in {"decision", "validity", "pipeline"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        assert f"/d/{dashboard['uid']}" in rule["annotations"]["dashboard_url"], rule["alert"]
        (page, heading) = re.search(r"(docs/[\w.]+)#([\w-]+)", rule["annotations"]["runbook_url"]).groups()
        assert f"## {heading.replace('-', ' ')}\n" in (root / page).read_text().lower(), rule["alert"]
