"""Errors that are not those of a published device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.tables import require
from pymodel.error_laws.base import ProgrammingLaw, Span
from pymodel.rng import FloatArray


@dataclass(frozen=True)
class _Share(ProgrammingLaw):
    """An error that is a share of something.

    Parameters
    ----------
    alpha : a, 0..1
    g_max : highest conductance, in uS
    """

    alpha: float
    g_max: float

    def __post_init__(self) -> None:
        name = type(self).__name__
        require(0 <= self.alpha <= 1, f"{name}: alpha {self.alpha:g}, allowed are 0..1")
        require(self.g_max > 0, f"{name}: g_max {self.g_max:g} uS, must be above 0")

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return Span(0.0, self.g_max, "uS")


class AbsoluteError(_Share):
    """The same error for every cell: a G_max."""

    def _sigma(self, target: FloatArray) -> FloatArray:
        return np.full(target.shape, self.alpha * self.g_max, np.float32)


class RelativeError(_Share):
    """An error in proportion to the conductance: a G."""

    def _sigma(self, target: FloatArray) -> FloatArray:
        sigma: FloatArray = np.float32(self.alpha) * target
        return sigma


@dataclass(frozen=True)
class AssumedParabola(ProgrammingLaw):
    """c0 + c1 G + c2 G^2 with coefficients that are an ASSUMPTION of whoever gives them.

    For TaOx: its error is published as "approximately parabolic with the conductance target"
    (M. J. Marinella et al., 2022), without a coefficient.

    Parameters
    ----------
    assumption : where the coefficients come from, in words
    c0, c1, c2 : in uS, 1, 1/uS
    g_max : highest conductance, in uS
    """

    assumption: str
    c0: float
    c1: float
    c2: float
    g_max: float

    def __post_init__(self) -> None:
        require(
            bool(self.assumption.strip()),
            "AssumedParabola: assumption is empty, must say where the coefficients come from",
        )
        lowest = self._sigma(np.linspace(0, self.g_max, 1001, dtype=np.float32)).min()
        require(
            float(lowest) >= 0,
            f"AssumedParabola: error of {lowest:g} uS within 0..{self.g_max:g} uS, must not be "
            "negative",
        )

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return Span(0.0, self.g_max, "uS")

    def _sigma(self, target: FloatArray) -> FloatArray:
        return np.polyval([self.c2, self.c1, self.c0], target).astype(np.float32)
