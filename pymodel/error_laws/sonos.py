"""40 nm SONOS charge-trap cells in subthreshold: values are currents in nA at the read voltage.

Sources: V. Agrawal et al., Subthreshold operation of SONOS analog memory, IEDM 2022, Figs. 10a and
11b; T. P. Xiao et al., IEEE TCAS-I, 2022; the fits as published with CrossSim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pymodel.error_laws.base import (
    Drift,
    ProgrammingLaw,
    ReadNoise,
    Span,
    not_negative,
    require_age,
)
from pymodel.rng import FloatArray, normals

SPAN = Span(0.0, 1800.0, "nA")  # where the days after programming were measured
DAY_S = 86400.0
# Spread of the cells on days 0..5: A in nA, B in nA of A (1 - exp(-I / B)).
SPREAD_NA = (
    (19.887, 176.31),
    (25.591, 186.86),
    (28.728, 193.57),
    (31.043, 198.90),
    (33.762, 204.77),
    (34.579, 207.34),
)
READ_NA = (12.580, 215.37)


def saturating(cells: FloatArray, fit: tuple[float, float]) -> FloatArray:
    """A (1 - exp(-I / B)), any shape, in nA."""
    height, knee = fit
    value: FloatArray = np.float32(-height) * np.expm1(cells * np.float32(-1 / knee))
    return value


def spread_fit(age_s: float) -> tuple[float, float]:
    """A and B of the spread at an age: those of the days measured, linear between them.

    Raises
    ------
    InputError
        An age outside 0..5 days.
    """
    require_age("SonosDrift", age_s, 0.0, (len(SPREAD_NA) - 1) * DAY_S)
    days = np.arange(len(SPREAD_NA))
    heights, knees = np.transpose(SPREAD_NA)
    day = age_s / DAY_S
    return float(np.interp(day, days, heights)), float(np.interp(day, days, knees))


@dataclass(frozen=True)
class SonosProgramming(ProgrammingLaw):
    """Spread on day 0: 19.887 (1 - exp(-I / 176.31)) nA, for 0..1800 nA."""

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return SPAN

    def _sigma(self, target: FloatArray) -> FloatArray:
        return saturating(target, SPREAD_NA[0])


@dataclass(frozen=True)
class SonosDrift(Drift):
    """What the days add to the spread: sqrt(sigma(t)^2 - sigma(0)^2), to 5 days.

    So that with the programming error the published spread of the day comes out: on day 5
    34.579 (1 - exp(-I / 207.34)) nA. The shift of the mean (Fig. 10b) is left out: on day 5 up to
    4 % of the current, 17 nA less at 400 nA, as fitted in CrossSim.
    """

    def drifted(self, cells: FloatArray, age_s: float, rng: np.random.Generator) -> FloatArray:
        """Cells `age_s` after their programming, float32 of any shape, in nA.

        Raises
        ------
        InputError
            Cells that no programming leaves, or an age outside 0..5 days.
        """
        SPAN.strayed().require("SonosDrift", cells)
        now, at_first = saturating(cells, spread_fit(age_s)), saturating(cells, SPREAD_NA[0])
        added = np.sqrt(np.maximum(now**2 - at_first**2, np.float32(0)))
        return not_negative(cells + added * normals(rng, *cells.shape))


@dataclass(frozen=True)
class SonosReadNoise(ReadNoise):
    """12.580 (1 - exp(-I / 215.37)) nA, at any age."""

    def sigma(self, cells: FloatArray, age_s: float) -> FloatArray:
        """Standard deviation of a read, float32 of any shape, in nA.

        Raises
        ------
        InputError
            Cells that no programming leaves, or a negative age.
        """
        SPAN.strayed().require("SonosReadNoise", cells)
        require_age("SonosReadNoise", age_s, 0.0, np.inf)
        return saturating(cells, READ_NA)
