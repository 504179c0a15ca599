"""Figures that page and terminal draw from a report."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np

from scripts.accuracy_report.definition import Series
from scripts.accuracy_report.report import Report
from scripts.experiments.spread import spread
from scripts.sweeping.statistics import wilson


def interval(percent: float, images: int) -> str:
    """Wilson interval at 95 % over the images, in percent."""
    low, high = wilson(percent / 100, images)
    return f"{100 * low:.1f}..{100 * high:.1f}"


def mean_and_spread(percents: Sequence[float]) -> str:
    """Mean and standard deviation of some runs, in percent."""
    return f"{statistics.fmean(percents):.2f} ± {spread(percents):.2f}"


def together(report: Report) -> float:
    """Spread of dies with noise that the spreads of noise and of dies alone let expect."""
    return math.hypot(*(spread(report.percents(s)) for s in (Series.NOISE, Series.STATIC)))


def loss(report: Report) -> float:
    """What all effects cost, in percentage points: mean of the dies."""
    return report.clean - report.mean(Series.DIES)


def loss_error(report: Report) -> float:
    """Standard error of the loss over dies and noise, in percentage points."""
    percents = report.percents(Series.DIES)
    return spread(percents) / math.sqrt(len(percents))


def class_percents(matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    """Right labels of each true class, in percent; nan of a class without images."""
    counts = np.array(matrix)
    with np.errstate(invalid="ignore"):
        percents: list[float] = (100 * counts.diagonal() / counts.sum(axis=1)).tolist()
    return percents


def likely_errors(matrix: tuple[tuple[float, ...], ...], count: int) -> list[tuple[int, int]]:
    """True class and wrong label of the most frequent mistakes."""
    counts = np.array(matrix)
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:count]
    return [divmod(int(place), len(counts)) for place in order]
