"""Each page of a test has one figure, drawn by scripts/figures from the code it explains."""

import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from scripts.figures import FIGURES, save

PAGES = Path(__file__).parents[1] / "docs" / "tests"
IMAGES = PAGES / "img"
NAMES = sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "README")
LARGEST = 60 * 1024


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def coordinates(svg):
    return [float(number) for path in re.findall(r' d="([^"]*)"', svg) for number in re.findall(r"-?[\d.]+", path)]


def test_every_page_has_its_figure_and_every_figure_its_page():
    assert sorted(FIGURES) == NAMES
    assert sorted(path.stem for path in IMAGES.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_its_figure_once_and_says_what_one_sees(name):
    shown = re.findall(r"^!\[(.{60,})\]\((.*)\)$", (PAGES / f"{name}.md").read_text(), flags=re.MULTILINE)
    assert [target for _, target in shown] == [f"img/{name}.svg"]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_labelled_small_and_without_a_date(name):
    svg = (IMAGES / f"{name}.svg").read_text()
    assert len(svg) < LARGEST
    assert "<dc:date>" not in svg
    assert sum(text[0].isalpha() for text in texts(svg) if text) >= 2


@pytest.mark.parametrize("name", FIGURES)
def test_the_committed_figure_is_what_the_code_draws(name, tmp_path):
    """To a hundredth of a point: the last digits of a logarithm are the processor's."""
    committed, drawn = (path.read_text() for path in (IMAGES / f"{name}.svg", save(name, tmp_path)))
    if f"Matplotlib v{mpl.__version__}" in committed:  # another version lays out in another way
        assert texts(drawn) == texts(committed)
        np.testing.assert_allclose(coordinates(drawn), coordinates(committed), rtol=0, atol=0.01)
