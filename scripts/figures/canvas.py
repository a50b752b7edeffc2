"""How every figure looks, and how it is kept: the same data give the same bytes."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Of Okabe and Ito: told apart by colour-blind readers too; lines differ in style as well where they cross.
BLACK, GREY, BLUE, VERMILLION, GREEN, ORANGE = "#000000", "#6b6b6b", "#0072b2", "#d55e00", "#009e73", "#e69f00"
ALPHA = 0.05
SEED = 9

STYLE = {
    "svg.hashsalt": "peekproof",  # ids of clip paths
    "svg.fonttype": "none",  # text stays text: small, and readable by a screen reader
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=[BLUE, VERMILLION, GREEN, ORANGE], linestyle=["-", "--", "-.", ":"]),
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}

Draw = Callable[[Axes], None]
FIGURES: dict[str, Draw] = {}


def page(name: str) -> Callable[[Draw], Draw]:
    """The figure of docs/tests/<name>.md; it is a decorator."""

    def add(draw: Draw) -> Draw:
        FIGURES[name] = draw
        return draw

    return add


def drawn(name: str) -> Figure:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.7))
        axes = figure.add_subplot()
        FIGURES[name](axes)
        if axes.get_legend_handles_labels()[1]:
            axes.legend()
        return figure


def save(name: str, folder: Path) -> Path:
    path = folder / f"{name}.svg"
    with mpl.rc_context(STYLE):
        drawn(name).savefig(path, metadata={"Date": None})
    return path


def line(axes: Axes, y: float, text: str) -> None:
    """A threshold, named at its left end."""
    axes.axhline(y, color=BLACK, linestyle=":", linewidth=1)
    axes.annotate(
        text,
        (0.01, y),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=9,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
    )
