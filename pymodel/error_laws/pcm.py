"""Phase-change memory: programming error, drift and 1/f read noise, conductances in uS.

Source: V. Joshi et al., Accurate deep neural network inference using computational phase-change
memory, Nature Communications 11, 2473, 2020 (programming: quadratic fit to Fig. 3b as published
with CrossSim); drift and read noise: S. R. Nandakumar et al., ICECS 2019, and the model of the same
devices in M. J. Rasch et al., AIHWKit, 2021.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pymodel.error_laws.base import Drift, ProgrammingLaw, ReadNoise, Span, require_age
from pymodel.rng import FloatArray, normals

G_MAX_US = 25.0
SPAN = Span(0.0, G_MAX_US, "uS")
FIRST_READ_S = 20.0  # programming is judged so long after the last pulse
READ_PULSE_S = 250e-9
AGE_MAX_S = 3.156e7  # a year; measured were about a day, the power law goes on
G_LEAST = 1e-6  # of G_max: a cell below it drifts as one at it; both laws are at their limit there


def relative(cells: FloatArray) -> FloatArray:
    """Share g = G / 25 uS, not below where the laws are at their limits, any shape."""
    share: FloatArray = cells * np.float32(1 / G_MAX_US)
    return np.maximum(share, np.float32(G_LEAST))


@dataclass(frozen=True)
class PcmProgramming(ProgrammingLaw):
    """-1.78767e-3 G^2 + 7.585724e-2 G + 0.28638599 for 0..25 uS."""

    @property
    def span(self) -> Span:
        """Targets that the law holds for."""
        return SPAN

    def _sigma(self, target: FloatArray) -> FloatArray:
        return np.polyval([-1.78767e-3, 7.585724e-2, 0.28638599], target).astype(np.float32)


def drift_exponent(cells: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the drift exponent nu, any shape.

    mu = clip(-0.0155 ln g + 0.0244, 0.049, 0.1), s = clip(-0.0125 ln g - 0.0059, 0.008, 0.045).
    """
    log_g = np.log(relative(cells))
    mean = np.clip(-0.0155 * log_g + 0.0244, 0.049, 0.1)
    sigma = np.clip(-0.0125 * log_g - 0.0059, 0.008, 0.045)
    return mean.astype(np.float32), sigma.astype(np.float32)


@dataclass(frozen=True)
class PcmDrift(Drift):
    """G ((t + 20 s) / 20 s)^-nu with nu = |N(mu, s)| of each cell, t from 0 to a year."""

    def drifted(self, cells: FloatArray, age_s: float, rng: np.random.Generator) -> FloatArray:
        """Cells `age_s` after their programming, float32 of any shape, in uS.

        Raises
        ------
        InputError
            Cells that no programming leaves, or an age outside 0..1 year.
        """
        SPAN.strayed().require("PcmDrift", cells)
        require_age("PcmDrift", age_s, 0.0, AGE_MAX_S)
        mean, sigma = drift_exponent(cells)
        exponent = np.abs(mean + sigma * normals(rng, *cells.shape))
        decay = np.exp(exponent * np.float32(-math.log1p(age_s / FIRST_READ_S)))
        left: FloatArray = cells * decay
        return left


@dataclass(frozen=True)
class PcmReadNoise(ReadNoise):
    """G min(0.0088 / g^0.65, 0.2) sqrt(ln((t + 250 ns) / 500 ns)), t from 250 ns to a year.

    G and g = G / 25 uS are those of the cell as it is read. The authors' own code takes g of the
    cell as programmed: after five days of drift that would be up to a third less noise.
    """

    def sigma(self, cells: FloatArray, age_s: float) -> FloatArray:
        """Standard deviation of a read `age_s` after programming, float32 of any shape, in uS.

        Raises
        ------
        InputError
            Cells that no programming leaves, or an age outside 250 ns..1 year.
        """
        SPAN.strayed().require("PcmReadNoise", cells)
        require_age("PcmReadNoise", age_s, READ_PULSE_S, AGE_MAX_S)
        share = np.minimum(np.float32(0.0088) / relative(cells) ** np.float32(0.65), 0.2)
        since_pulse = math.sqrt(math.log((age_s + READ_PULSE_S) / (2 * READ_PULSE_S)))
        sigma: FloatArray = (cells * share * since_pulse).astype(np.float32)
        return sigma
