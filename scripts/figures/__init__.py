"""One telling figure for each page of docs/tests."""

from scripts.figures import boundaries, evidence, wealth, widths
from scripts.figures.canvas import FIGURES, drawn, save

__all__ = ["FIGURES", "boundaries", "drawn", "evidence", "save", "wealth", "widths"]
