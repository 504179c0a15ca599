"""Stuck cells that are put into the model before the chip is programmed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.weights import word_masks
from pymodel.device import Device
from pymodel.macro import Macro
from scripts.programming.places import BoolArray, CellPlace, cell_index, word_place

COLUMNS = ("layer", "filter", "row", "bit", "state")
STATES = ("low", "high")
DRAW = 0x57C4  # sets the draw of stuck cells apart from every other use of the seed


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
        levels = device.resistance
        for cells, ohm in ((self.low, levels.lrs_min_ohm), (self.high, levels.virgin_min_ohm)):
            for word, column in np.argwhere(cells):
                macro.inject_stuck(*word_place(macro.chip, int(word)), int(column), ohm)


def no_defects(chip: Chip) -> Defects:
    """Nothing is stuck."""
    return Defects(*np.zeros((2, chip.words, chip.word_cells), np.bool_))


def drawn_defects(chip: Chip, fraction: float, seed: int) -> Defects:
    """A fraction of all cells, each stuck low or high with the same chance.

    Raises
    ------
    InputError
        A fraction outside 0..1.
    """
    if not 0 <= fraction <= 1:
        raise InputError(f"STUCK={fraction:g}: allowed are 0..1")
    rng = np.random.default_rng((DRAW, seed))
    words, columns = np.nonzero(word_masks(chip))
    chosen = rng.choice(len(words), round(fraction * len(words)), replace=False)
    states = np.where(rng.random(len(chosen)) < 0.5, *STATES)
    return _defects(chip, words[chosen], columns[chosen], states)


def read_defects(path: Path, chip: Chip) -> Defects:
    """Cells of a CSV file with the columns layer, filter, row, bit and state (low or high).

    Raises
    ------
    InputError
        Not such a file, or a cell that the chip does not have or that is named twice.
    """
    found: dict[tuple[int, int], str] = {}
    for line, row in enumerate(_rows(path), 2):
        try:
            where, state = _cell(chip, row)
        except InputError as error:
            raise InputError(f"{path}: line {line}: {error}") from None
        if where in found:
            raise InputError(f"{path}: line {line}: this cell is named twice")
        found[where] = state
    index = np.array([*found], np.int64).reshape(-1, 2)
    return _defects(chip, index[:, 0], index[:, 1], np.array([*found.values()], str))


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(newline="") as file:
            header, *rows = csv.reader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    except ValueError:
        raise InputError(f"{path}: empty, its first line must be {','.join(COLUMNS)}") from None
    if tuple(header) != COLUMNS:
        raise InputError(f"{path}: first line {','.join(header)}, must be {','.join(COLUMNS)}")
    return rows


def _cell(chip: Chip, row: list[str]) -> tuple[tuple[int, int], str]:
    if len(row) != len(COLUMNS):
        raise InputError(f"{len(row)} values, must be {len(COLUMNS)}: {','.join(COLUMNS)}")
    *numbers, state = row
    if state not in STATES:
        raise InputError(f"state '{state}', allowed are {', '.join(STATES)}")
    try:
        place = CellPlace(*map(int, numbers))
    except ValueError:
        raise InputError(f"{','.join(numbers)}: not four whole numbers") from None
    return cell_index(chip, place), state


def _defects(
    chip: Chip,
    words: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    states: npt.NDArray[np.str_],
) -> Defects:
    defects = no_defects(chip)
    for cells, state in ((defects.low, "low"), (defects.high, "high")):
        cells[words[states == state], columns[states == state]] = True
    return defects
