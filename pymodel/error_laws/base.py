"""What the error laws of multi-level cells have in common: three hooks, each with its range.

Values of a cell are in the unit of its law (uS, or nA at the read voltage); a law treats a whole
array in one call and draws an own number for each cell.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from chips.errors import InputError
from chips.tables import require
from pymodel.rng import FloatArray, normals

STRAY = 1.5  # programming takes cells out of the range of their targets, but never so far


@dataclass(frozen=True)
class Span:
    """Range of values that a law holds for, both ends included."""

    low: float
    high: float
    unit: str

    def __post_init__(self) -> None:
        require(
            0 <= self.low < self.high,
            f"range {self.low:g}..{self.high:g} {self.unit}: must not be negative and must rise",
        )

    def require(self, law: str, values: FloatArray) -> None:
        """Refuse values outside.

        Raises
        ------
        InputError
            One is outside or not a number; the worst is named.
        """
        if values.size == 0:
            return
        for worst in (float(values.min()), float(values.max())):
            if not self.low <= worst <= self.high:
                raise InputError(
                    f"{law}: {worst:g} {self.unit}, allowed are {self.low:g}..{self.high:g} "
                    f"{self.unit}"
                )

    def strayed(self) -> Span:
        """Range in which programmed cells of this range lie."""
        return Span(0.0, STRAY * self.high, self.unit)


def require_age(law: str, age_s: float, low_s: float, high_s: float) -> None:
    """Refuse a time since programming outside what a law holds for.

    Raises
    ------
    InputError
        It is outside.
    """
    if not low_s <= age_s <= high_s:
        raise InputError(f"{law}: age of {age_s:g} s, allowed are {low_s:g}..{high_s:g} s")


class ProgrammingLaw(ABC):
    """Error of a cell right after its write-verify: additive, Gaussian, of every cell its own."""

    @property
    @abstractmethod
    def span(self) -> Span:
        """Targets that the law holds for."""

    @abstractmethod
    def _sigma(self, target: FloatArray) -> FloatArray:
        """Standard deviation for targets within the range."""

    def sigma(self, target: FloatArray) -> FloatArray:
        """Standard deviation of the error, float32 of the shape of `target`, in the law's unit.

        Raises
        ------
        InputError
            A target outside the range of the law.
        """
        self.span.require(type(self).__name__, target)
        return self._sigma(target)

    def programmed(self, target: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Cells after programming, float32 of any shape: max(G + sigma(G) z, 0).

        Raises
        ------
        InputError
            A target outside the range of the law.
        """
        error = self.sigma(target) * normals(rng, *target.shape)
        return not_negative(target + error)


class Drift(ABC):
    """What time does to programmed cells."""

    @abstractmethod
    def drifted(self, cells: FloatArray, age_s: float, rng: np.random.Generator) -> FloatArray:
        """Cells `age_s` after their programming, float32 of any shape.

        Raises
        ------
        InputError
            Cells or an age outside the range of the law.
        """


class ReadNoise(ABC):
    """What every read adds anew: Gaussian, of every cell its own."""

    @abstractmethod
    def sigma(self, cells: FloatArray, age_s: float) -> FloatArray:
        """Standard deviation, float32 of the shape of `cells`, in the law's unit.

        Raises
        ------
        InputError
            Cells or an age outside the range of the law.
        """


@dataclass(frozen=True)
class DeviceLaw:
    """A device: its three laws, the range that weights are put into, where all this is from."""

    name: str
    source: str
    window: Span
    programming: ProgrammingLaw
    drift: Drift | None = None
    read: ReadNoise | None = None

    def __post_init__(self) -> None:
        allowed, window = self.programming.span, self.window
        require(
            allowed.unit == window.unit
            and allowed.low <= window.low
            and window.high <= allowed.high,
            f"{self.name}: window {window.low:g}..{window.high:g} {window.unit}, allowed are "
            f"{allowed.low:g}..{allowed.high:g} {allowed.unit}",
        )


def not_negative(cells: FloatArray) -> FloatArray:
    """Cells that an additive error has taken below 0 are open, in place."""
    return np.maximum(cells, np.float32(0), out=cells)
