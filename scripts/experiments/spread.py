"""Spread of what several dies or seeds give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(values: Sequence[float]) -> float:
    """Standard deviation of the population that the values were drawn from; 0 of one value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
