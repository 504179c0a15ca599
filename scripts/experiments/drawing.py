"""Plots as SVG that a rerun writes byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def draw(path: Path, fill: Callable[[Axes], None]) -> None:
    """Write one pair of axes that `fill` has drawn into."""
    with mpl.rc_context({"svg.hashsalt": "experiments", "svg.fonttype": "none", "font.size": 9.0}):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        axes = figure.add_subplot()
        fill(axes)
        axes.grid(alpha=0.3)
        figure.savefig(path, format="svg", metadata={"Date": None})
