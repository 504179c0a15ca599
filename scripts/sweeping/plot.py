"""The plot of a sweep as SVG: accuracy over one parameter, lines or a map over two."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from scripts.drawing import draw
from scripts.sweeping.axis import LABELS, Axis
from scripts.sweeping.definition import Definition
from scripts.sweeping.statistics import PointSummary

MOST_LINES = 6  # values of the second axis that are drawn as lines, not as a map
LOG_SPAN = 50  # an axis that spans more is drawn logarithmically


def plot(path: Path, definition: Definition, points: Sequence[PointSummary]) -> None:
    """Write the plot of a sweep with at least one axis; the same bytes for the same points."""
    draw(path, "sweep", partial(fill, definition, points))


def fill(definition: Definition, points: Sequence[PointSummary], axes: Axes) -> None:
    """Draw all points: a line, a line for each value of the second axis, or a map."""
    if len(definition.axes) == 1:
        _line(axes, points, "C0", "")
        bars = "bars: standard error over dies; band: 95 % interval over images"
    elif len(definition.axes[1].values) <= MOST_LINES:
        _family(axes, definition.axes[1], points)
        bars = "bars: standard error over dies; bands: 95 % interval over images"
    else:
        _map(axes, definition, points)
        bars = "mean over dies"
    _scale(axes, definition.axes[0])
    axes.set_title(f"{_subject(definition)}\n{bars}", fontsize=9)


def _subject(definition: Definition) -> str:
    dies = f"{definition.chip}: {definition.dies} dies x {definition.images} images"
    return ", ".join(filter(None, (dies, definition.fixed_text)))


def _scale(axes: Axes, axis: Axis) -> None:
    axes.set_xlabel(LABELS[axis.name])
    if _is_log(axis):
        axes.set_xscale("log")


def _is_log(axis: Axis) -> bool:
    return axis.values[0] > 0 and axis.values[-1] > LOG_SPAN * axis.values[0]


def _line(axes: Axes, points: Sequence[PointSummary], colour: str, label: str) -> None:
    """Mean with its error bars over the first axis, and the interval over the images."""
    x = [point.at[0] for point in points]
    mean = [100 * point.accuracy for point in points]
    error = [100 * (point.die_error or 0.0) for point in points]
    axes.errorbar(x, mean, error, marker="o", ms=3, capsize=3, lw=1, color=colour, label=label)
    low, high = ([100 * getattr(point, end) for point in points] for end in ("low", "high"))
    axes.fill_between(x, low, high, color=colour, alpha=0.12, lw=0)
    axes.set_ylabel("accuracy (%)")
    axes.grid(alpha=0.3)


def _family(axes: Axes, second: Axis, points: Sequence[PointSummary]) -> None:
    for number, value in enumerate(second.values):
        chosen = [point for point in points if point.at[1] == value]
        _line(axes, chosen, f"C{number}", f"{value:g}")
    axes.legend(title=LABELS[second.name], fontsize=8, title_fontsize=8)


def _map(axes: Axes, definition: Definition, points: Sequence[PointSummary]) -> None:
    first, second = definition.axes
    by_place = {point.at: 100 * point.accuracy for point in points}
    cells = [[by_place.get((x, y), np.nan) for x in first.values] for y in second.values]
    drawn = axes.pcolormesh(first.values, second.values, cells, shading="nearest", rasterized=False)
    axes.figure.colorbar(drawn, ax=axes, label="accuracy (%)")
    axes.set_ylabel(LABELS[second.name])
    if _is_log(second):
        axes.set_yscale("log")
