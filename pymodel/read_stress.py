"""Reads that each cell of a layer has seen since it last switched, and the stress they left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chips.sections import Reader
from pymodel.device import Disturb
from pymodel.read_disturb import Float64Array, read_stress_s
from pymodel.rng import FloatArray


class ReadStress:
    """Counts reads of words, and works out the stress of their cells when asked.

    Number and total length of the pulses are counted per word, and for each cell kept as of its
    last switch. The stress is that of as many pulses of their mean length from a discharged node:
    exact for pulses of one length; a node that was not reset stresses less. Arrays (groups, rows,
    cells).
    """

    def __init__(self, reader: Reader, law: Disturb, shape: tuple[int, int, int]) -> None:
        groups, rows, cells = shape
        self._reader, self._law = reader, law
        self._word = np.zeros((2, groups, rows, 1))  # reads, seconds
        self._seen = np.zeros((2, groups, rows, cells))  # the same at the last switch

    def add(self, first: int, last: int, pulse_s: float) -> None:
        """Words first..last-1 (row fastest) were read once."""
        words = self._word.reshape(2, -1)[:, first:last]
        words[0] += 1
        words[1] += pulse_s

    def forget(self, group: int, row: int, switched: npt.NDArray[np.bool_]) -> None:
        """The switched cells of a word start anew."""
        if self._word[0, group, row, 0]:
            np.copyto(self._seen[:, group, row], self._word[:, group, row], where=switched)

    def stress_s(self, groups: slice, rows: slice, resistance_ohm: FloatArray) -> Float64Array:
        """Stress of each cell in seconds, if it has been at `resistance_ohm` since it switched."""
        reads, read_s = self._word[:, groups, rows] - self._seen[:, groups, rows]
        mean_s = np.divide(read_s, reads, out=np.zeros_like(read_s), where=reads > 0)
        stress: Float64Array = reads * read_stress_s(
            self._reader, self._law, resistance_ohm, mean_s
        )
        return stress
