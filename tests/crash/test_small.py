"""The small size of the crash suite: workers, broker and network fail, and nothing may come of it."""

import pytest

from tests.crash import trial
from tests.crash.mutants import Bench
from tests.crash.planted import BEGINNINGS, CONTROL, DEFECTS
from tests.crash.sizes import SMALL
from tests.crash.summary import demanded
from tests.crash.world import World, world
from tests.services import kafka as apache_kafka
from tests.services.needs import missing

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("crash")]

PATIENCE = 60  # seconds in which a defect has to show


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A broker of its own: this one is killed."""
    if not apache_kafka.available():
        missing("kafka", "Java and Maven (Apache Kafka)")
    with world(SMALL, tmp_path_factory.mktemp("crash")) as here:
        yield here


@pytest.fixture(scope="module")
def outcome(here):
    return trial.run(here, lambda _: None)


@pytest.fixture(scope="module")
def bench(here, outcome, tmp_path_factory):
    """After the run: it takes the same broker."""
    return Bench(World(SMALL.bench, here.broker, here.proxy, tmp_path_factory.mktemp("bench")))


def test_all_that_was_to_happen_has_happened(outcome):
    missing_ = {what: number for what, number in demanded(SMALL).items() if outcome.happened[what] < number}
    assert missing_ == {}


@pytest.mark.parametrize("check", trial.CHECKS)
def test_nothing_comes_of_it(outcome, check):
    assert outcome.flaws[check] == []


@pytest.mark.parametrize("begins", BEGINNINGS)
def test_the_checks_find_nothing_in_a_sound_worker(bench, begins):
    assert bench.examine(begins=begins) == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_worker_that(bench, defect):
    assert bench.examine(defect.prelude, defect.begins, PATIENCE) != []


def test_reading_from_committed_offsets_would_not_do(bench):
    assert bench.examine(CONTROL.prelude, CONTROL.begins) != []
