"""Stuck cells that are put into the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.description import Chip
from chips.errors import InputError
from chips.weights import word_masks
from pymodel.cell import BoolArray
from pymodel.device import Device
from pymodel.macro import Macro
from pymodel.rng import Stream, generator


@dataclass(frozen=True)
class Defects:
    """Stuck cells, bool (words, cells).

    low: shorted at the lowest resistance of a formed cell; it reads formed. high: never forms and
    stays at the resistance of a virgin cell.
    """

    low: BoolArray
    high: BoolArray

    @property
    def any(self) -> BoolArray:
        """All stuck cells."""
        return self.low | self.high

    def wrong(self, targets: BoolArray) -> BoolArray:
        """Stuck cells that cannot hold their target, True for the high-resistance state."""
        return (self.low & targets) | (self.high & ~targets)

    def inject(self, macro: Macro, device: Device) -> None:
        """Put them into a die."""
        levels, columns = device.resistance, macro.chip.word_cells
        for cells, ohm in ((self.low, levels.lrs_min_ohm), (self.high, levels.virgin_min_ohm)):
            for k, geometry in enumerate(macro.chip.geometry):
                block = cells[geometry.word_base : geometry.word_base + geometry.words]
                stuck = np.nonzero(block.reshape(geometry.groups, geometry.rows, columns))
                for group, row, cell in zip(*map(np.ndarray.tolist, stuck), strict=True):
                    macro.inject_stuck(k, group, row, cell, ohm)


def drawn_defects(chip: Chip, fraction: float, seed: int, die: int = 0) -> Defects:
    """A fraction of all cells of a die, each stuck low or high with the same chance.

    A larger fraction keeps the stuck cells of a smaller one and adds to them.

    Raises
    ------
    InputError
        A fraction outside 0..1, a seed or die out of range.
    """
    if not 0 <= fraction <= 1:
        raise InputError(f"fraction of stuck cells {fraction:g}, allowed are 0..1")
    rng, masks = generator(seed, die, Stream.DEFECT), word_masks(chip)
    order, low = rng.permutation(chip.cells), rng.random(chip.cells) < 0.5
    stuck = np.zeros(chip.cells, np.bool_)
    stuck[order[: round(fraction * chip.cells)]] = True
    return Defects(*(_placed(masks, stuck & state) for state in (low, ~low)))


def _placed(masks: BoolArray, chosen: BoolArray) -> BoolArray:
    """Cells that exist, bool (cells,), at their words and columns, bool (words, columns)."""
    cells = np.zeros_like(masks)
    cells[masks] = chosen
    return cells
