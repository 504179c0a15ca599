"""Weights rounded to fewer bits after their training, on the same chip.

No weight is trained again. The lowest cells of every weight stay low, so that its codes are
multiples of 2^(bits less), and the gain g of a layer becomes a gain h that the chip has, such that
h times the new codes is nearest to g times the old ones. A network trained with so few bits should
lose less.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.weights import Weights

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Grid:
    """Codes that are left: the multiples of `unit` up to `limit` of them."""

    unit: int
    limit: int

    def nearest(self, codes: Codes, scale: float) -> Codes:
        """Codes of the grid, `scale` times each nearest to the old one; same shape."""
        counts = np.rint(codes / (scale * self.unit))
        return (self.unit * np.clip(counts, -self.limit, self.limit)).astype(np.int8)

    def squared_error(self, codes: Codes, counts: npt.NDArray[np.int64], scale: float) -> float:
        """Sum of the squared differences to `scale` times the new codes, each `counts` times."""
        return float(counts @ (codes - scale * self.nearest(codes, scale)) ** 2)


def requantised(chip: Chip, weights: Weights, weight_bits: int) -> Weights:
    """Weights of `weight_bits` bits with their sign; the same ones where that is all of them.

    Raises
    ------
    InputError
        Not 2 bits to those of the chip. Codes hold no finer weights than their own.
    """
    most = chip.chip.weight_bits
    if not 2 <= weight_bits <= most:
        raise InputError(
            f"weight_bits {weight_bits}, allowed are 2..{most}: a weight file holds no finer "
            "weights than its codes"
        )
    if weight_bits == most:
        return weights
    grid = Grid(2 ** (most - weight_bits), 2 ** (weight_bits - 1) - 1)
    layers = [_layer(chip, weights, k, grid) for k in range(len(weights.codes))]
    codes, t_ctrl, cf_sel = zip(*layers, strict=True)
    return Weights(codes, t_ctrl, cf_sel)


def _layer(chip: Chip, weights: Weights, layer: int, grid: Grid) -> tuple[Codes, int, int]:
    """Codes, integration time and capacitor of one layer; the longest of equally good times."""
    codes, gain = weights.codes[layer], chip.gain(weights.t_ctrl[layer], weights.cf_sel[layer])
    times = range(chip.phases.t_ctrl_max_cycles, 0, -1)
    settings = list(product(times, range(2**chip.mac.cf_sel_bits)))
    scales = [chip.gain(*setting) / gain for setting in settings]
    values = np.unique(codes, return_counts=True)
    best = int(np.argmin([grid.squared_error(*values, scale) for scale in scales]))
    return grid.nearest(codes, scales[best]), *settings[best]
