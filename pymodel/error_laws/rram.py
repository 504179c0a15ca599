"""Programming errors of filamentary ReRAM, conductances in uS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.tables import require
from pymodel.error_laws.base import ProgrammingLaw, Span
from pymodel.rng import FloatArray


@dataclass(frozen=True)
class HfO2(ProgrammingLaw):
    """HfO2, incremental gate voltage with verify: max(4.782321 - 0.009107 G, 0), 50..225 uS.

    Source: V. Milo et al., Optimized programming algorithms for multilevel RRAM in hardware neural
    networks, IEEE IRPS 2021, Fig. 4 (linear fit as published with CrossSim).
    """

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return Span(50.0, 225.0, "uS")

    def _sigma(self, target: FloatArray) -> FloatArray:
        sigma: FloatArray = np.float32(4.782321) - np.float32(0.009107) * target
        return np.maximum(sigma, np.float32(0))


@dataclass(frozen=True)
class NeuRram(ProgrammingLaw):
    """HfOx/TaOx 1 s after programming: 1.536e-4 G^3 - 1.167e-2 G^2 + 0.2374 G + 1.053, to 39.26 uS.

    Source: W. Wan et al., A compute-in-memory chip based on resistive random-access memory, Nature
    608, 504, 2022, Extended Data Fig. 3 (cubic fit as published with CrossSim). What relaxes within
    the first second is part of it.
    """

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return Span(0.0, 39.26, "uS")

    def _sigma(self, target: FloatArray) -> FloatArray:
        return np.polyval([1.536e-4, -1.167e-2, 0.2374, 1.053], target).astype(np.float32)


CMO_HFOX_US = {2.0: (0.01129, 0.01122), 0.2: (0.00106879, 0.00081107)}  # per uS and uS


@dataclass(frozen=True)
class CmoHfox(ProgrammingLaw):
    """CMO/HfOx: 0.01129 G + 0.01122 accepted within 2 % of the target, a tenth of it within 0.2 %.

    Source: D. F. Falcone et al., All-in-one analog AI accelerator, 2025 (arXiv 2502.04524), for
    8..90 uS. What relaxes afterwards is no part of it.

    Parameters
    ----------
    acceptance_percent : of the write-verify, 2 or 0.2; no default, since the error follows it
    """

    acceptance_percent: float

    def __post_init__(self) -> None:
        require(
            self.acceptance_percent in CMO_HFOX_US,
            f"CmoHfox: acceptance of {self.acceptance_percent:g} %, allowed are 0.2 % and 2 %",
        )

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return Span(8.0, 90.0, "uS")

    def _sigma(self, target: FloatArray) -> FloatArray:
        slope, base_us = CMO_HFOX_US[self.acceptance_percent]
        sigma: FloatArray = np.float32(slope) * target + np.float32(base_us)
        return sigma
