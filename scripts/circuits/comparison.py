"""Model and simulation point by point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips import Chip
from scripts.circuits.simulator import Floats


@dataclass(frozen=True, eq=False)
class Comparison:
    """One quantity of one circuit at some points.

    floor: in the unit of the quantity; a smaller value counts as that much. limit: of the worst
    relative difference; None where it is only measured.
    """

    circuit: str
    quantity: str
    model: Floats
    simulated: Floats
    floor: float
    limit: float | None

    @property
    def worst(self) -> float:
        """Largest difference, relative to the model's value."""
        if self.model.shape != self.simulated.shape:
            raise ValueError(f"{self.circuit}: {self.model.shape} and {self.simulated.shape}")
        reference = np.maximum(np.abs(self.model), self.floor)
        return float((np.abs(self.simulated - self.model) / reference).max())

    @property
    def passed(self) -> bool:
        """Whether it is within its limit; a difference that is no number is not."""
        return self.limit is None or self.worst <= self.limit

    def row(self) -> dict[str, object]:
        """What the summary says of it."""
        return {
            "circuit": self.circuit,
            "quantity": self.quantity,
            "points": int(self.model.size),
            "worst": self.worst,
            "limit": self.limit,
            "passed": self.passed,
        }


Compare = Callable[[Chip, Path], list[Comparison]]  # a chip, the folder of the netlists


def compared(
    circuit: str,
    quantity: str,
    model: npt.ArrayLike,
    simulated: npt.ArrayLike,
    floor: float,
    limit: float | None,
) -> Comparison:
    """A comparison of flat arrays of the same number of points."""
    flat, points = (np.asarray(values, np.float64).ravel() for values in (model, simulated))
    return Comparison(circuit, quantity, flat, points, floor, limit)
