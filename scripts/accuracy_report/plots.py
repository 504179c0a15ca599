"""The plots of the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from scripts.accuracy_report.definition import Series
from scripts.accuracy_report.figures import class_percents
from scripts.accuracy_report.published import PUBLISHED
from scripts.accuracy_report.report import Report
from scripts.drawing import draw, draw_beside

SALT = "accuracy"
COMPARISON = "accuracy_comparison"  # of no use with other images
LABELS = {
    Series.STATIC: "dies, no noise",
    Series.NOISE: "one die, noise anew",
    Series.DIES: "dies, every effect",
}


def write_plots(folder: Path, report: Report) -> None:
    """Write all plots as SVG, the same bytes for the same report."""
    for name, fill in PLOTS.items():
        if name == COMPARISON and not report.real:
            continue
        draw(folder / f"{name}.svg", SALT, partial(fill, report=report))
    sides = (("no effect", report.confusion_clean), ("every effect", report.confusion_noisy))
    fills = [partial(_confusion, report, title, matrix) for title, matrix in sides]
    draw_beside(folder / f"{CONFUSION}.svg", SALT, fills, (8.0, 4.0))


def _runs(axes: Axes, report: Report) -> None:
    for place, series in enumerate(LABELS):
        percents = report.percents(series)
        around = place + np.linspace(-0.25, 0.25, len(percents))
        axes.plot(percents, around, "o", ms=3, color=f"C{place}")
        axes.plot([np.mean(percents)] * 2, [place - 0.35, place + 0.35], color=f"C{place}", lw=1)
    axes.axvline(report.clean, color="k", lw=1, ls="--", label="no effect")
    axes.set_yticks(range(len(LABELS)), list(LABELS.values()))
    axes.set_xlabel("accuracy (%)")
    axes.set_title(f"{report.images:,} images; each mark a run, lines their mean", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)


def _classes(axes: Axes, report: Report) -> None:
    sides = (("no effect", report.confusion_clean), ("every effect", report.confusion_noisy))
    for shift, (label, matrix) in zip((-0.2, 0.2), sides, strict=True):
        places = np.arange(len(report.classes)) + shift
        axes.bar(places, class_percents(matrix), width=0.4, label=label)
    axes.set_xticks(range(len(report.classes)), report.classes, rotation=45, ha="right")
    axes.set_ylabel("accuracy (%)")
    axes.set_title(f"{report.images:,} images; every effect: mean of all dies", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower right")


def _comparison(axes: Axes, report: Report) -> None:
    published = [(row.name, row.percent) for row in PUBLISHED if row.percent is not None]
    ours = [("here, every effect", report.mean(Series.DIES)), ("here, no effect", report.clean)]
    names, percents = zip(*ours, *published, strict=True)
    axes.barh(names, percents, color=["C1"] * len(ours) + ["C0"] * len(published))
    for place, percent in enumerate(percents):
        axes.text(percent, place, f" {percent:.4g}", va="center", fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("accuracy on CIFAR-10 (%)")
    axes.set_title("as printed by Amer 2024, and of the model", fontsize=9)
    axes.grid(alpha=0.3)


def _confusion(
    report: Report, title: str, matrix: tuple[tuple[float, ...], ...], axes: Axes
) -> None:
    counts = np.array(matrix)
    sums = counts.sum(axis=1, keepdims=True)
    percents = 100 * np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
    axes.pcolormesh(percents, cmap="Blues", vmin=0, vmax=100)
    for (row, column), percent in np.ndenumerate(percents):
        colour = "white" if percent > 50 else "black"
        where = (column + 0.5, row + 0.5)
        axes.text(*where, f"{percent:.0f}", ha="center", va="center", fontsize=6, color=colour)
    ticks = np.arange(len(report.classes)) + 0.5
    axes.set_xticks(ticks, report.classes, rotation=45, ha="right", fontsize=7)
    axes.set_yticks(ticks, report.classes, fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("label")
    axes.set_ylabel("true class")
    axes.set_title(f"{title}: % of a class", fontsize=9)


PLOTS = {
    "accuracy_runs": _runs,
    "accuracy_classes": _classes,
    COMPARISON: _comparison,
}
CONFUSION = "accuracy_confusion"
NAMES = (*PLOTS, CONFUSION)
