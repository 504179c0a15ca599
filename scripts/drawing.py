"""Plots as SVG that a rerun writes byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Fill = Callable[[Axes], None]
INCHES = (6.4, 4.0)


def draw(path: Path, salt: str, fill: Fill) -> None:
    """Write one pair of axes that `fill` has drawn into; `salt` goes into the ids of its parts."""
    draw_beside(path, salt, [fill], INCHES)


def draw_beside(path: Path, salt: str, fills: Sequence[Fill], inches: tuple[float, float]) -> None:
    """Write pairs of axes beside each other, each drawn into by its `fill`."""
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none", "font.size": 9.0}):
        figure = Figure(figsize=inches, layout="constrained")
        for number, fill in enumerate(fills, 1):
            fill(figure.add_subplot(1, len(fills), number))
        figure.savefig(path, format="svg", metadata={"Date": None})
