"""Estimates from samples, with the interval in which the true value lies."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tb.reference.silicon import Figure

SIGMAS = 4.0  # wide enough for the many seeds of a long regression


class Estimate(NamedTuple):
    """A measured value and its interval."""

    value: float
    low: float
    high: float

    def agrees(self, figure: Figure) -> bool:
        """Whether the true value may lie in the published range."""
        return self.low <= figure.high and self.high >= figure.low


def share(hits: npt.NDArray[np.bool_]) -> Estimate:
    """Part of a sample that is true."""
    return portion(int(hits.sum()), hits.size)


def portion(hits: int, count: int) -> Estimate:
    """Part of a sample of `count`; Wilson's score interval, which holds at 0 and 1 too."""
    part, shrink = hits / count, 1 + SIGMAS**2 / count
    centre = (part + SIGMAS**2 / (2 * count)) / shrink
    half = SIGMAS / shrink * math.sqrt(part * (1 - part) / count + SIGMAS**2 / (4 * count**2))
    return Estimate(part, min(centre - half, part), max(centre + half, part))


def mean(sample: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> Estimate:
    """Mean of a sample."""
    value, half = float(sample.mean()), SIGMAS * float(sample.std()) / math.sqrt(sample.size)
    return Estimate(value, value - half, value + half)


def median(sample: npt.NDArray[np.int64]) -> Estimate:
    """Median of a sample; its interval lies between two of its order statistics."""
    half = SIGMAS * 0.5 / math.sqrt(sample.size)
    low, value, high = np.quantile(sample, (max(0.5 - half, 0), 0.5, min(0.5 + half, 1)))
    return Estimate(float(value), float(low), float(high))
