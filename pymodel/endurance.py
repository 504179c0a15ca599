"""Wear-out: after its life of SET cycles a cell can no longer be RESET."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chips.errors import InputError
from pymodel.device import Endurance
from pymodel.rng import FloatArray


def lives(law: Endurance, uniform: npt.NDArray[np.float64]) -> FloatArray:
    """Cycles that cells live, float32, from uniform numbers in 0..1 of the same shape.

    Weibull: a part 1 - exp(-(n / life_cycles)^shape) of the cells lives at most n cycles, the usual
    fit of endurance failures (form ASSUMED here; the numbers are in the parameter set).

    Raises
    ------
    InputError
        A number outside 0..1.
    """
    if not (np.all(uniform >= 0) and np.all(uniform <= 1)):
        raise InputError("uniform numbers must be in 0..1")
    age = -np.log1p(-np.minimum(uniform, 1 - 2.0**-53))
    return (law.life_cycles * age ** (1 / law.shape)).astype(np.float32)


class Wear:
    """SET cycles of the cells of one layer and how many they live; arrays (groups, rows, cells)."""

    def __init__(
        self, law: Endurance, shape: tuple[int, int, int], rng: np.random.Generator
    ) -> None:
        self.cycles = np.zeros(shape, np.uint32)
        self._lives = lives(law, rng.random(shape))
        self._shortest = self._lives.min(2)
        self._used = np.zeros(shape[:2])  # cycles that no cell of the word exceeds

    def count(
        self, group: int, row: int, cycled: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_] | None:
        """Count one cycle of some cells of a word; which cells are worn out, None for none."""
        cycles = self.cycles[group, row]
        np.add(cycles, cycled, out=cycles)
        self._used[group, row] += 1
        if self._used[group, row] < self._shortest[group, row]:
            return None
        worn: npt.NDArray[np.bool_] = cycles >= self._lives[group, row]
        return worn

    def age(self, cycles: int) -> npt.NDArray[np.bool_]:
        """Add cycles to all cells; which are worn out.

        Raises
        ------
        InputError
            A negative number.
        """
        if cycles < 0:
            raise InputError(f"cycles {cycles}, must not be negative")
        self.cycles += np.uint32(cycles)
        self._used += cycles
        worn: npt.NDArray[np.bool_] = self.cycles >= self._lives
        return worn
