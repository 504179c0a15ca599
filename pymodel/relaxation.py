"""Relaxation: what a cell does after it has switched and passed its verify.

The logarithm of its resistance drifts in proportion to the logarithm of time, at a rate that is
drawn anew whenever it switches. The drift is worked into the resistances when a word is looked at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pymodel.device import Relaxation
from pymodel.rng import FloatArray

LOOK_SHARE = 0.05  # a word is looked at again after this part of its age, 0.02 decades

TimeArray = npt.NDArray[np.float64]


def decades(age_s: TimeArray, tau_s: float) -> TimeArray:
    """Decades of time that a cell has drifted for: log10(1 + age / tau), any shape.

    Relaxation of HfOx cells is random from cell to cell and slows down with time (W. Wan et al.,
    Nature 608, 504, 2022; E. Perez et al., IEEE J. Electron Devices Soc. 7, 740, 2019, on what a
    verify misses). The logarithm is ASSUMED. The drift begins at age 0; a negative one counts as 0.
    """
    ratio = np.maximum(age_s, 0.0)
    np.multiply(ratio, 1 / tau_s, out=ratio)
    np.add(ratio, 1.0, out=ratio)
    return np.log10(ratio, out=ratio)


class Drift:
    """Drift of the cells of one layer; arrays (groups, rows, cells).

    acceleration: how much faster than at 300 K it runs (`pymodel.retention.acceleration`).
    """

    def __init__(
        self, law: Relaxation, shape: tuple[int, int, int], acceleration: float = 1.0
    ) -> None:
        self.on = law.on
        if not self.on:
            return
        self._acceleration = acceleration
        self._tau_s = law.tau_us * 1e-6 / acceleration
        self._rate = np.zeros(shape, np.float32)  # of ln R, per decade
        self._landed_s = np.zeros(shape)
        self._worked_in = np.zeros(shape)  # decades that the resistances already hold
        self._next_look_s = np.full(shape[:2], np.inf)

    def land(
        self, group: int, row: int, switched: npt.NDArray[np.bool_], rate: FloatArray, now_s: float
    ) -> None:
        """The switched cells of a word begin to drift at `rate` now."""
        if not self.on:
            return
        np.copyto(self._rate[group, row], rate, where=switched)
        np.copyto(self._landed_s[group, row], now_s, where=switched)
        np.copyto(self._worked_in[group, row], 0.0, where=switched)
        self._next_look_s[group, row] = now_s + self._pause_s(0.0)

    def land_all(self, rate: FloatArray) -> None:
        """All cells, float32 (groups, rows, cells), begin to drift at time 0."""
        self._rate[...] = rate
        self._next_look_s[...] = self._pause_s(0.0)

    def rest(self, age_s: float) -> None:
        """All cells have drifted for another `age_s` at 300 K, without a clock that ran."""
        if self.on:
            self._landed_s -= age_s / self._acceleration
            self._next_look_s -= age_s / self._acceleration

    def work_in(self, group: int, row: int, word_ohm: FloatArray, now_s: float) -> None:
        """Bring the resistances of one word, float32 (cells,), up to now."""
        if not self.on or now_s < self._next_look_s[group, row]:
            return
        landed_s, worked_in = self._landed_s[group, row], self._worked_in[group, row]
        drifted = decades(now_s - landed_s, self._tau_s)
        log_factor = drifted - worked_in
        log_factor *= self._rate[group, row]
        np.multiply(word_ohm, np.exp(log_factor), out=word_ohm, casting="same_kind")
        worked_in[:] = drifted
        self._next_look_s[group, row] = now_s + self._pause_s(now_s - float(landed_s.max()))

    def due(self, first: int, last: int, now_s: float) -> list[int]:
        """Words first..last-1 (row fastest) that have to be brought up to now."""
        if not self.on:
            return []
        return [
            int(k) + first for k in np.flatnonzero(self._next_look_s.ravel()[first:last] <= now_s)
        ]

    def _pause_s(self, age_s: float) -> float:
        """Time in which a cell of this age hardly drifts."""
        return LOOK_SHARE * (self._tau_s + age_s)
