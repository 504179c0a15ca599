"""What a controller did to the cells: pulses counted at the pins, states asked of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from pymodel.cell import columns_of
from pymodel.device import Device, Level
from pymodel.macro import Macro
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION, Drive, Sense
from pymodel.rng import FloatArray

FORM, SET, RESET = range(3)
KINDS = ("form", "set", "reset")
REFUSALS_KEPT = 20

Word = tuple[int, int, int]  # layer, group, row
Targets = Mapping[Word, Sequence[int | None]]  # level of each cell; None: any
BoolArray = npt.NDArray[np.bool_]


class WatchedMacro(Macro):
    """A macro that counts pulses per cell and high-voltage time per line.

    What the model cannot do, such as an address that does not exist, is kept in `refusals` and
    has no effect, so that a wrong controller runs on to its next fault.

    Parameters
    ----------
    chip, device, seed
        As of `Macro`.
    """

    def __init__(self, chip: Chip, device: Device, *, seed: int) -> None:
        super().__init__(chip, device, seed=seed)
        self.device = device
        self.refusals: list[str] = []
        shapes = [(g.groups, g.rows, chip.word_cells) for g in chip.geometry]
        self.pulses = [np.zeros((len(KINDS), *shape), np.uint32) for shape in shapes]
        self.line_s = [np.zeros((shape[0], 2, shape[2])) for shape in shapes]
        self.virgin_ohm = [self.resistances(layer) for layer in range(len(shapes))]

    def drive(self, pins: Drive) -> None:
        """An interval with high voltage on has ended."""
        try:
            formed = self.formed(pins.layer)[pins.group, pins.row]
            super().drive(pins)
        except (InputError, IndexError) as error:
            self._refuse(str(error))
        else:
            self._count(pins, formed)

    def sense(self, pins: Sense) -> int:
        """Sense strobe; all ones where the model refuses it."""
        try:
            return super().sense(pins)
        except InputError as error:
            self._refuse(str(error))
            return (1 << self.chip.word_cells) - 1

    def _refuse(self, message: str) -> None:
        if len(self.refusals) < REFUSALS_KEPT:
            self.refusals.append(message)

    def _count(self, pins: Drive, formed: BoolArray) -> None:
        setting = pins.polarity == SET_DIRECTION
        direction = SET_DIRECTION if setting else RESET_DIRECTION
        mask = pins.bl_en if setting else pins.sl_en
        driven = columns_of(mask, self.chip.word_cells).mask
        self.line_s[pins.layer][pins.group, direction, driven] += pins.duration_s
        if pins.wl_en:
            word = self.pulses[pins.layer][:, pins.group, pins.row]
            if setting:
                word[FORM] += driven & ~formed
                word[SET] += driven & formed
            else:
                word[RESET] += driven


@dataclass(frozen=True)
class WordOutcome:
    """One pulsed word, existing cells alone.

    levels: cells inside the read window of each level. between: formed, in no window.
    pulses: most pulses of one cell, by kind. wanted, right: cells with a target, and those in the
    read window of it.
    """

    layer: int
    group: int
    row: int
    cells: int
    virgin: int
    levels: tuple[int, ...]
    between: int
    pulses: Mapping[str, int]
    wanted: int
    right: int


def word_outcomes(macro: WatchedMacro, targets: Targets) -> list[WordOutcome]:
    """Every word that was pulsed or has a target, in order."""
    return [_outcome(macro, word, targets.get(word, ())) for word in _words(macro, targets)]


def _words(macro: WatchedMacro, targets: Iterable[Word]) -> list[Word]:
    words = set(targets)
    for layer, pulses in enumerate(macro.pulses):
        groups, rows = np.nonzero(pulses.any(axis=(0, 3)))
        words |= {(layer, int(g), int(r)) for g, r in zip(groups, rows, strict=True)}
    return sorted(words)


def _outcome(macro: WatchedMacro, word: Word, target: Sequence[int | None]) -> WordOutcome:
    layer, group, row = word
    resistance = macro.resistances(layer)[group, row]
    exists = np.isfinite(resistance)
    formed = macro.formed(layer)[group, row] & exists
    inside = [formed & in_window(level, resistance) for level in macro.device.levels]
    wanted = [(cell, level) for cell, level in enumerate(target) if level is not None]
    pulses = macro.pulses[layer][:, group, row]
    return WordOutcome(
        layer=layer,
        group=group,
        row=row,
        cells=int(exists.sum()),
        virgin=int((exists & ~formed).sum()),
        levels=tuple(int(cells.sum()) for cells in inside),
        between=int((formed & ~np.logical_or.reduce(inside)).sum()),
        pulses={kind: int(pulses[index].max()) for index, kind in enumerate(KINDS)},
        wanted=len(wanted),
        right=sum(bool(inside[level][cell]) for cell, level in wanted),
    )


def in_window(level: Level, resistance_ohm: FloatArray) -> BoolArray:
    """Cells whose resistance lies in the read window of a level, lo < R <= hi."""
    above = resistance_ohm > (level.read_lo_ohm or 0.0)
    return above & (resistance_ohm <= (level.read_hi_ohm or np.inf))


def disturb(macro: WatchedMacro) -> dict[str, float]:
    """What the cells beside the pulsed ones had to bear.

    line_ms, limit_ms: most high-voltage time of one line, and what a die may see in its life.
    moved: cells that were never pulsed and changed all the same.
    """
    moved = [
        (macro.resistances(layer) != virgin) & ~macro.pulses[layer].any(axis=0)
        for layer, virgin in enumerate(macro.virgin_ohm)
    ]
    return {
        "line_ms": 1e3 * max(float(line.max()) for line in macro.line_s),
        "limit_ms": macro.chip.programming.half_select_max_ms,
        "moved": int(sum(cells.sum() for cells in moved)),
    }
