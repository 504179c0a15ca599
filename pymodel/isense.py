"""Current sensing of the MAC lines: scale and offset of the mirror in front of each integrator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.description import Chip
from pymodel.rng import FloatArray, Stream, generator, normals


@dataclass(frozen=True)
class Mirrors:
    """Current mirrors of one layer, one per integrator.

    scale: relative to the nominal mirror ratio, float32 (filters, positions). offset: in volts
    times weight LSBs, as if more cells were on, float32 (filters, positions).
    """

    scale: FloatArray
    offset: FloatArray

    @classmethod
    def draw(cls, chip: Chip, layer: int, seed: int, die: int) -> Mirrors:
        """The mirrors of a die: Gaussian scale and offset, drawn once."""
        filters, height, width = chip.geometry[layer].sum_shape
        rng = generator(seed, die, Stream.MIRROR, layer)
        drawn = normals(rng, 2, filters, height * width)
        scale = 1 + drawn[0] * np.float32(chip.mac.mirror_error_percent / 100)
        lsb_na = chip.mac.g_lsb_us * 1e3  # current of one LSB at 1 V
        return cls(scale, drawn[1] * np.float32(chip.mac.isense_offset_na / lsb_na))

    def sensed(self, sums: FloatArray) -> FloatArray:
        """Weighted sums, float32 (n, filters, positions), as the mirrors hand them on; in place."""
        sums *= self.scale
        sums += self.offset
        return sums
