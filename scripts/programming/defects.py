"""Stuck cells as a user lists them in a file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from pymodel.defects import Defects
from scripts.programming.places import CellPlace, cell_index

COLUMNS = ("layer", "filter", "row", "bit", "state")
STATES = ("low", "high")


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
    defects = Defects(*np.zeros((2, chip.words, chip.word_cells), np.bool_))
    for cells, state in ((defects.low, "low"), (defects.high, "high")):
        cells[words[states == state], columns[states == state]] = True
    return defects
