"""The benchmarks run, and what they compare is the same; how long it takes is nothing a test may say."""

import numpy as np
import pytest

from benchmarks.statistics import kernels
from benchmarks.statistics.environments import FOLDER
from benchmarks.statistics.measure import Timing, surroundings, table
from benchmarks.statistics.ours import FORMS, JOBS
from benchmarks.statistics.peers import RIVALS
from benchmarks.statistics.streams import stream


@pytest.fixture(autouse=True)
def _any_core(monkeypatch):
    monkeypatch.setattr(kernels, "on_one_core", lambda: None)


def test_every_kernel_is_timed():
    lines = kernels.timings(share=0.001, repeats=2).splitlines()
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:-2]] == list(kernels.KERNELS)


def test_the_label_bet_that_is_timed_has_140_nodes():
    bet = kernels.LabelBet(mde=0.05, baseline=0.1)
    assert 2 * len(bet.steps) * (1 + 6) == 140


@pytest.mark.parametrize("job", JOBS)
def test_however_the_evaluations_are_grouped_the_answers_are_the_same(job):
    data = stream(experiments=3, looks=4)
    by_look, at_once, one_by_one = (np.asarray(form(JOBS[job], data)) for form in FORMS.values())
    assert np.moveaxis(by_look, 0, 1) == pytest.approx(at_once, rel=1e-9)
    assert one_by_one.reshape(at_once.shape) == pytest.approx(at_once, rel=1e-9)


def test_the_stream_counts_what_has_arrived():
    data = stream(experiments=2, looks=3)
    assert data.n[:, -1].tolist() == data.arrivals.sum(axis=1).tolist()
    assert np.all((data.n <= data.total) & (data.total <= data.squares))


def test_every_peer_has_its_script_and_pinned_requirements():
    for rival in RIVALS:
        assert (FOLDER / f"with_{rival.peer}.py").read_text().count(f'"{rival.call}": ') == 1
        assert all("==" in line for line in (FOLDER / f"{rival.peer}.txt").read_text().split())
        assert rival.job in JOBS


def test_results_say_where_they_were_measured():
    assert "numpy" in surroundings()
    assert "commit" in surroundings()
    assert Timing(0.002, 0.001, 0.003).milliseconds() == "2 (1 to 3)"
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
