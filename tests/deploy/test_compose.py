import re
import subprocess
from pathlib import Path

import pytest
import yaml

from streams.codecs.definitions import load
from tests.services.kafka import properties

PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def test_compose_accepts_the_file_without_a_word(check_compose, root):
    done = check_compose(root / "docker-compose.yml")

    assert (done.stdout, done.stderr) == ("", "")


def test_compose_would_refuse_a_misspelt_key(check_compose, root, tmp_path):
    broken = tmp_path / "docker-compose.yml"
    broken.write_text((root / "docker-compose.yml").read_text().replace("mem_limit: 1g", "mem_limits: 1g"))

    with pytest.raises(subprocess.CalledProcessError) as refused:
        check_compose(broken)

    assert "services.kafka additional properties 'mem_limits' not allowed" in refused.value.stderr


def test_the_demo_load_starts_only_when_asked_for(services):
    assert {name: service["profiles"] for name, service in services.items() if service.get("profiles")} == {
        "loadgen": ["demo"]
    }


def test_every_image_is_pinned_to_a_full_version(services):
    assert [s["image"] for s in services.values() if not PINNED.fullmatch(s["image"])] == []


def test_every_published_port_is_on_loopback_and_published_once(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]
    published = [port["published"] for port in ports]

    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}
    assert len(set(published)) == len(published)


def test_every_container_runs_with_no_more_rights_than_it_needs(services):
    for name, service in services.items():
        assert service["init"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) <= 2**30, name
        assert service["user"].split(":")[0] not in {"", "0", "root"}, name


def test_only_kafka_may_write_outside_its_volumes(services):
    assert [name for name, service in services.items() if not service.get("read_only")] == ["kafka"]


def test_whoever_is_waited_for_can_be_waited_for(services, root):
    image_checks_itself = "HEALTHCHECK" in (root / "deploy/Dockerfile").read_text()
    for name, service in services.items():
        for other, wait in (service.get("depends_on") or {}).items():
            check = services[other].get("healthcheck", {"test": ["IMAGE"]} if image_checks_itself else {})
            ends = services[other].get("restart") == "no"
            expected = "service_completed_successfully" if ends else "service_healthy"
            assert (name, other, wait["condition"]) == (name, other, expected)
            assert ends or check["test"], other


def test_prometheus_waits_for_no_worker_since_it_reports_their_absence(services):
    assert not services["prometheus"].get("depends_on")


def test_prometheus_scrapes_both_workers_by_the_names_they_answer_to(services, root):
    config = yaml.safe_load((root / "deploy/prometheus/prometheus.yml").read_text())
    targets = [
        target for job in config["scrape_configs"] for each in job["static_configs"] for target in each["targets"]
    ]
    workers = [service for service in services.values() if (service.get("command") or [""])[0] == "worker"]

    assert targets == [f"{worker['hostname']}:8080" for worker in workers] == ["worker-1:8080", "worker-2:8080"]
    assert all("--web-port=8080" in worker["command"] for worker in workers)


def test_everything_mounted_from_the_repository_is_there_and_read_only(services):
    mounts = [mount for service in services.values() for mount in service.get("volumes", [])]
    binds = [mount for mount in mounts if mount["type"] == "bind"]

    assert all(mount["read_only"] for mount in binds)
    assert [mount["source"] for mount in binds if not Path(mount["source"]).exists()] == []


def test_kafka_keeps_its_log_on_a_volume(services):
    kafka = services["kafka"]

    assert kafka["environment"]["KAFKA_LOG_DIRS"] in [
        mount["target"] for mount in kafka["volumes"] if mount["type"] == "volume"
    ]


def test_kafka_is_told_all_that_the_kafka_of_the_tests_is_told(services):
    told = {
        key.removeprefix("KAFKA_").lower().replace("_", "."): v for key, v in services["kafka"]["environment"].items()
    }
    tested = properties(Path("data"), 1, 2)
    numbers = {key for key, value in tested.items() if value.isdigit() or value == "false"}

    assert told.keys() - {"cluster.id", "heap.opts"} == tested.keys()
    assert {key: told[key] for key in numbers} == {key: tested[key] for key in numbers}


def test_every_listener_of_kafka_has_a_protocol_and_inside_clients_are_sent_inside(services):
    env = services["kafka"]["environment"]
    listeners = dict(each.split("://") for each in env["KAFKA_LISTENERS"].split(","))
    protocols = dict(each.split(":") for each in env["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    advertised = dict(each.split("://") for each in env["KAFKA_ADVERTISED_LISTENERS"].split(","))

    assert listeners.keys() == protocols.keys()
    assert advertised.keys() == listeners.keys() - {env["KAFKA_CONTROLLER_LISTENER_NAMES"]}
    assert advertised[env["KAFKA_INTER_BROKER_LISTENER_NAME"]] == "kafka:9092"


def test_the_sample_experiment_can_be_run(root):
    assert list(load(root / "deploy/experiments").experiments) == ["checkout-cta"]
