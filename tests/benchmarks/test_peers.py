"""The comparison with peers: its load is what its books say, its measures are what the table calls them."""

import importlib.util
import json
from collections import Counter, defaultdict

import pytest

from benchmarks.peers import measuring
from benchmarks.peers.building import HERE
from benchmarks.peers.load import BYTES, POISON, START, WINDOW, Load
from benchmarks.peers.measuring import Cost, Crash
from benchmarks.peers.report import row
from benchmarks.peers.running import Sample
from benchmarks.peers.systems import SYSTEMS
from streams.core.topology import CONVERSIONS, EXPOSURES

ORDERS = {
    "as they happened": lambda records: records,
    "conversions first": lambda records: sorted(records, key=lambda record: record[0] == EXPOSURES),
    "exposures first": lambda records: sorted(records, key=lambda record: record[0] == CONVERSIONS),
}


@pytest.fixture
def job(monkeypatch):
    told = {"BROKER": "", "EXPOSURES": EXPOSURES, "CONVERSIONS": CONVERSIONS, "OUTPUT": "", "ID": "", "STATE": "."}
    told |= {"GUARANTEE": "", "WINDOW": str(WINDOW), "SESSION_MS": "1", "CHECKPOINT_MS": "1"}
    for name, value in told.items():
        monkeypatch.setenv(f"PEER_{name}", value)
    spec = importlib.util.spec_from_file_location("job", HERE / "python" / "job.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("order", ORDERS)
def test_the_job_of_the_python_peers_counts_what_the_books_say_whichever_topic_is_read_first(job, order):
    load = Load(5_000)
    records = ORDERS[order](list(load))
    assert counted(job, records) == load.expected


def counted(job, records):
    units, counts = defaultdict(job.new_unit), defaultdict(dict)
    events = [job.decode(topic, value) for topic, _, _, value in records]
    for event in filter(None, events):
        for change in job.take(units[event.data.unit_id], event):
            job.add(counts[change.experiment], change)
    return {(experiment, variant): cell for experiment, cells in counts.items() for variant, cell in cells.items()}


def test_malformed_events_and_no_others_are_refused(job):
    for topic, _, _, value in Load(5_000):
        is_malformed = any(poison.encode() in value for poison in POISON)
        assert (job.decode(topic, value) is None) == is_malformed


def test_every_event_has_the_same_length_and_exposures_come_in_order_of_time():
    records = list(Load(5_000))
    times = [at for topic, _, at, _ in records if topic == EXPOSURES]
    assert {len(value) for *_, value in records} == {BYTES}
    assert times == sorted(times)
    assert min(times) == START


def test_units_come_back_see_other_experiments_and_buy_once_or_twice_without_having_entered():
    events = [json.loads(value) for *_, value in Load(5_000)]
    ids = Counter(event["id"] for event in events)
    units = {event["data"].get("unit_id") for event in events}
    met = Counter((event["data"].get("unit_id"), event["data"].get("experiment_id")) for event in events)
    experiments = Counter(unit for unit, experiment in met if experiment)
    assert max(ids.values()) > 1
    assert max(met[unit, experiment] for unit, experiment in met if unit in experiments and experiment) > 1
    assert max(experiments.values()) > 1
    assert any(str(unit).startswith("guest") for unit in units)


def test_the_same_seed_is_the_same_load():
    assert list(Load(500)) == list(Load(500))
    assert list(Load(500)) != list(Load(500, seed=2))


def test_a_load_of_its_own_topics_holds_the_same_events():
    prefixed = [(topic.removeprefix("short."), *rest) for topic, *rest in Load(500, prefix="short.")]
    assert prefixed == list(map(tuple, Load(500)))
    assert {topic for topic, *_ in Load(500, prefix="short.")} == {f"short.{EXPOSURES}", f"short.{CONVERSIONS}"}


class Told:
    """A run that shows given samples, one after the other."""

    def __init__(self, *samples):
        self.load, self.acts, self._samples = Load(1_000), [], iter(samples)
        self.load.expected = EXPECTED

    def sample(self):
        return next(self._samples)

    def start(self):
        self.acts.append("start")

    def kill(self):
        self.acts.append("kill")


def seen(wall, cpu, units, conversions=0):
    return Sample(wall, cpu, 50 + cpu, units / 100, {("x", "a"): [units, 0, conversions]} if units else {})


EXPECTED = {("x", "a"): [100, 0, 7]}


def test_rates_leave_out_what_came_before_the_first_progress():
    run = Told(seen(1, 1, 0), seen(2, 2, 10), seen(6, 4, 60), seen(20, 12, 100, 7), seen(24, 13, 100, 7))
    assert measuring.cost(run) == Cost(1_000 / 12, 90.0, 50.0, 62, [0, 0, 0])


def test_there_is_no_rate_when_most_was_done_at_the_first_sight():
    costs = measuring.cost(Told(seen(1, 1, 0), seen(2, 2, 90), seen(3, 3, 100, 7), seen(9, 3, 100, 7)))
    assert (costs.per_cpu_steady, costs.per_wall_steady) == (None, None)


def test_counts_that_stand_still_before_they_are_right_are_final():
    run = Told(seen(1, 1, 0), seen(2, 2, 10), seen(3, 3, 80, 9), seen(4, 3, 80, 9), seen(200, 3, 80, 9))
    assert measuring.cost(run).errors == [20, 0, 2]


def test_a_system_that_works_in_silence_is_waited_for_but_not_for_ever():
    restored = Told(seen(1, 1, 0), seen(2, 2, 50), seen(200, 150, 50), seen(201, 150, 100, 7), seen(205, 150, 100, 7))
    assert measuring.cost(restored).errors == [0, 0, 0]
    lost = Told(seen(1, 1, 0), seen(2, 2, 50), seen(500, 400, 50), seen(903, 800, 50))
    assert measuring.cost(lost).errors == [50, 0, 7]


def test_counts_that_were_right_for_a_moment_are_not_final():
    run = Told(seen(1, 1, 0), seen(2, 2, 10), seen(3, 3, 100, 7), seen(4, 4, 101, 7), seen(200, 4, 101, 7))
    assert measuring.cost(run).errors == [1, 0, 0]


def test_a_system_is_killed_at_half_of_its_work_and_judged_by_what_it_says_in_the_end():
    before = seen(1, 1, 0), seen(2, 2, 49), seen(3, 3, 60)
    after = seen(4, 1, 40), seen(5, 2, 100, 9), seen(200, 2, 100, 9)
    run = Told(*before, *after)
    assert measuring.crash(run) == Crash(0.6, [0, 0, 2])
    assert run.acts == ["start", "kill", "start"]


def test_right_counts_from_before_the_kill_do_not_hide_wrong_ones_after_it():
    run = Told(seen(1, 1, 0), seen(2, 2, 100, 7), seen(3, 1, 100, 7), seen(10, 2, 101, 7), seen(200, 2, 101, 7))
    assert measuring.crash(run) == Crash(1.0, [1, 0, 0])


def test_an_experiment_that_nobody_knows_and_one_that_is_missing_are_errors():
    sample = Sample(0, 0, 0, 0, {("y", "a"): [1, 2, 3]})
    assert measuring.errors(sample, EXPECTED) == [101, 2, 10]


def test_a_row_says_what_is_off_or_that_all_is_right():
    costs, crashed = Cost(10_000.4, None, 1_234.5, 99.6, [0, 0, 0]), Crash(0.514, [1_000, 0, 2])
    assert row(SYSTEMS[0], 1_000_000, costs, crashed) == (
        "peekproof",
        "1,000,000",
        "too few events",
        "10,000",
        "1,234",
        "100",
        "right",
        "51%",
        "1,000 units, 2 conversions",
    )


@pytest.mark.parametrize("requirements", sorted(HERE.glob("*/*.txt")), ids=lambda path: path.stem)
def test_what_a_peer_in_python_needs_is_pinned(requirements):
    assert all(line.count("==") == 1 for line in requirements.read_text().splitlines())
