"""Plots as SVG that a rerun writes byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def draw(path: Path, salt: str, fill: Callable[[Axes], None]) -> None:
    """Write one pair of axes that `fill` has drawn into; `salt` goes into the ids of its parts."""
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none", "font.size": 9.0}):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        fill(figure.add_subplot())
        figure.savefig(path, format="svg", metadata={"Date": None})
