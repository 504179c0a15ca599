"""What the dies of a grid point say together."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.sweeping.task import Result

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class PointSummary:
    """A grid point; accuracies are 0..1.

    at: values of the axes. accuracy: mean over the dies. die_error: standard error of that mean,
    None of a single die. low, high: Wilson interval at 95 % over the images, which all dies share:
    what other images of the same kind would give. worst: of the dies. wrong, partial: mean number
    of cells.
    """

    at: tuple[float, ...]
    dies: int
    accuracy: float
    die_error: float | None
    low: float
    high: float
    worst: float
    wrong: float
    partial: float


def summaries(results: Iterable[Result], images: int) -> list[PointSummary]:
    """All grid points that have a die, in the order of their values."""
    by_point: dict[tuple[float, ...], list[Result]] = defaultdict(list)
    for result in results:
        by_point[result.at].append(result)
    return [_summary(at, found, images) for at, found in sorted(by_point.items())]


def _summary(at: tuple[float, ...], found: list[Result], images: int) -> PointSummary:
    accuracies = [result.correct / images for result in found]
    mean = statistics.fmean(accuracies)
    low, high = wilson(mean, images)
    return PointSummary(
        at=at,
        dies=len(found),
        accuracy=mean,
        die_error=standard_error(accuracies),
        low=low,
        high=high,
        worst=min(accuracies),
        wrong=statistics.fmean(result.wrong for result in found),
        partial=statistics.fmean(result.partial for result in found),
    )


def standard_error(values: list[float]) -> float | None:
    """Standard error of the mean: s / sqrt(n) with n - 1 in s; None of fewer than two."""
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None


def wilson(fraction: float, count: int) -> tuple[float, float]:
    """Wilson score interval of a fraction 0..1 of `count` trials at 95 %.

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927); valid for any fraction and count.
    """
    z2 = Z_95**2 / count
    centre = fraction + z2 / 2
    half = Z_95 * math.sqrt(fraction * (1 - fraction) / count + z2 / (4 * count))
    return (centre - half) / (1 + z2), (centre + half) / (1 + z2)
