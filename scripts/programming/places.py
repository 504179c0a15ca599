"""Where a cell is: in the weights, and in the words that are programmed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError

BoolArray = npt.NDArray[np.bool_]  # (words, cells) unless said otherwise


class CellPlace(NamedTuple):
    """A cell by the weight that it is a bit of; places compare in the order of layers."""

    layer: int
    filter: int
    row: int
    bit: int


class WordPlace(NamedTuple):
    """A word of cells that are programmed together."""

    layer: int
    group: int
    row: int

    def __str__(self) -> str:
        return f"layer {self.layer} group {self.group} row {self.row}"


def word_place(chip: Chip, word: int) -> WordPlace:
    """Layer, group and row of a word number."""
    geometry = next(g for g in reversed(chip.geometry) if g.word_base <= word)
    return WordPlace(geometry.index, *divmod(word - geometry.word_base, geometry.rows))


def word_number(chip: Chip, layer: int, group: int, row: int) -> int:
    """Number of a word in the order of programming."""
    geometry = chip.geometry[layer]
    return geometry.word_base + group * geometry.rows + row


def cell_place(chip: Chip, word: int, column: int) -> CellPlace:
    """The cell of a word and a column, lane * cells per weight + bit."""
    layer, group, row = word_place(chip, word)
    lane, bit = divmod(column, chip.chip.weight_bits)
    return CellPlace(layer, group * chip.chip.lanes + lane, row, bit)


def cell_index(chip: Chip, place: CellPlace) -> tuple[int, int]:
    """Word and column of a cell.

    Raises
    ------
    InputError
        The chip has no such cell; the message names the first number that is out of range.
    """
    _check("layer", place.layer, len(chip.geometry))
    geometry = chip.geometry[place.layer]
    _check("filter", place.filter, geometry.filters)
    _check("row", place.row, geometry.rows)
    _check("bit", place.bit, chip.chip.weight_bits)
    group, lane = divmod(place.filter, chip.chip.lanes)
    word = word_number(chip, place.layer, group, place.row)
    return word, lane * chip.chip.weight_bits + place.bit


def group_bases(chip: Chip) -> npt.NDArray[np.int64]:
    """First word of every group of the chip, in programming order."""
    bases = [g.word_base + n * g.rows for g in chip.geometry for n in range(g.groups)]
    return np.array(bases, np.int64)


def groups_of(chip: Chip, words: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Number of the group, over the whole chip, that each word belongs to."""
    return np.searchsorted(group_bases(chip), words, "right") - 1


def _check(name: str, value: int, count: int) -> None:
    if not 0 <= value < count:
        raise InputError(f"{name} {value}, allowed are 0..{count - 1}")
