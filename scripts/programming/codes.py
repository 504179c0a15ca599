"""Weight codes that cells hold, and the nearest ones where some cells are stuck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.weights import Weights
from scripts.programming.places import BoolArray, cell_place

Patterns = npt.NDArray[np.int64]  # of cells, one bit each
Codes = npt.NDArray[np.int64]  # weights


class WeightPlace(NamedTuple):
    """A weight."""

    layer: int
    filter: int
    row: int


@dataclass(frozen=True)
class AffectedWeight:
    """A weight with a cell that cannot hold its bit.

    Its wanted code, the one that its cells hold after WRITE, and the nearest one that its working
    cells allow.
    """

    place: WeightPlace
    wanted: int
    programmed: int
    nearest: int


def code_values(weight_bits: int) -> Codes:
    """Weight of every pattern of cells, bit 0 the lowest: magnitude bits, then the sign."""
    patterns = np.arange(1 << weight_bits)
    magnitudes = patterns & ((1 << (weight_bits - 1)) - 1)
    return np.where(patterns >> (weight_bits - 1), -magnitudes, magnitudes)


def patterns_of(chip: Chip, words: BoolArray) -> Patterns:
    """Pattern of the cells of every weight, (words, lanes)."""
    bits = words.reshape(len(words), chip.chip.lanes, chip.chip.weight_bits)
    return np.asarray(bits @ (1 << np.arange(chip.chip.weight_bits)), np.int64)


def nearest_patterns(
    targets: Patterns, stuck: Patterns, held: Patterns, weight_bits: int
) -> Patterns:
    """Patterns of cells whose weight is nearest to that of the targets, any shape.

    Parameters
    ----------
    targets : wanted patterns
    stuck : patterns with 1 where a cell is stuck
    held : what the stuck cells hold

    Of two equally near weights it is the one closer to zero.
    """
    values = code_values(weight_bits)
    allowed = (np.arange(len(values)) & stuck[..., None]) == (held & stuck)[..., None]
    distance = np.abs(values - values[targets][..., None])
    return np.asarray(np.where(allowed, distance, np.iinfo(np.int64).max).argmin(-1))


@dataclass(frozen=True)
class CodeReport:
    """The network as wanted, as the cells hold it after WRITE, and with the nearest codes."""

    wanted: Weights
    programmed: Weights
    nearest: Weights
    affected: list[AffectedWeight]


def code_report(
    chip: Chip, weights: Weights, targets: BoolArray, held: BoolArray, stuck: BoolArray
) -> CodeReport:
    """Codes of every weight with a stuck cell that does not hold its bit.

    Parameters
    ----------
    targets : wanted state of every cell, True for high resistance
    held : state of every cell after WRITE
    stuck : cells that keep their state
    """
    bits = chip.chip.weight_bits
    wanted, found, fixed = (patterns_of(chip, words) for words in (targets, held, stuck))
    wrong = patterns_of(chip, stuck & (held != targets)) != 0
    best = wanted.copy()
    best[wrong] = nearest_patterns(wanted[wrong], fixed[wrong], found[wrong], bits)
    wanted, found, best = (code_values(bits)[patterns] for patterns in (wanted, found, best))
    affected = [
        AffectedWeight(
            WeightPlace(*cell_place(chip, int(word), int(lane) * bits)[:3]),
            *(int(codes[word, lane]) for codes in (wanted, found, best)),
        )
        for word, lane in np.argwhere(wrong)
    ]
    networks = [_weights(chip, codes, weights) for codes in (found, best)]
    return CodeReport(weights, networks[0], networks[1], affected)


def _weights(chip: Chip, values: Codes, like: Weights) -> Weights:
    """Values (words, lanes) as the arrays of a weight file."""
    codes = []
    for geometry in chip.geometry:
        block = values[geometry.word_base : geometry.word_base + geometry.words]
        by_group = block.reshape(geometry.groups, geometry.rows, chip.chip.lanes)
        filters = by_group.transpose(0, 2, 1).reshape(-1, geometry.rows)[: geometry.filters]
        codes.append(filters.astype(np.int8))
    return replace(like, codes=tuple(codes))
