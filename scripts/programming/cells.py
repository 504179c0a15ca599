"""Pulses per cell, and where the resistances lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.weights import word_masks
from pymodel.device import Device, Level
from scripts.programming.places import BoolArray
from scripts.programming.pulse_log import Kind, Pulses
from scripts.programming.result import ProgramResult

BINS = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, None))
PERCENTS = (0.1, 1, 50, 99, 99.9)

Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Histogram:
    """Pulses per cell: cells in each of `BINS`, mean, 99th percentile and the most of one cell."""

    bins: tuple[int, ...]
    mean: float
    p99: float
    most: int


@dataclass(frozen=True)
class Population:
    """Resistances of some cells.

    percentiles_ohm: at `PERCENTS`. outside_verify, outside_read: cells outside these windows, and
    failed: those of outside_read that the chip has logged as failed; None without a level.
    """

    name: str
    cells: int
    percentiles_ohm: tuple[float, ...]
    outside_verify: int | None = None
    outside_read: int | None = None
    failed: int | None = None


def pulses_per_cell(chip: Chip, pulses: Pulses) -> Counts:
    """Pulses on every cell by `Kind`, (kinds, words, cells)."""
    counts = np.zeros((len(Kind), chip.words, chip.word_cells), np.uint32)
    np.add.at(counts, (pulses.kind, pulses.word), pulses.driven(chip))
    return counts


def histogram(per_cell: npt.NDArray[np.integer]) -> Histogram:
    """Distribution of pulses over cells (n,)."""
    counted = np.bincount(per_cell)
    bins = tuple(int(counted[lo : None if hi is None else hi + 1].sum()) for lo, hi in BINS)
    p99 = float(np.percentile(per_cell, 99, method="higher"))
    return Histogram(bins, float(per_cell.mean()), p99, int(per_cell.max()))


def histograms(chip: Chip, pulses: Pulses) -> dict[str, Histogram]:
    """Distributions over the existing cells by kind, and of all kinds together."""
    counts = pulses_per_cell(chip, pulses)[:, word_masks(chip)]
    by_kind = {kind.name: histogram(counts[kind]) for kind in Kind}
    return by_kind | {"all": histogram(counts.sum(0))}


def populations(
    chip: Chip, device: Device, result: ProgramResult, targets: BoolArray, failed: BoolArray
) -> Iterator[Population]:
    """All cells before and after FORM, and those of each level after WRITE."""
    exist = word_masks(chip)
    yield _population("virgin", result.virgin[exist])
    yield _population("formed", result.formed[exist])
    for level, wanted in zip(device.levels, (False, True), strict=True):
        cells = exist & (targets == wanted)
        yield _of_level(level, result.written[cells], failed[cells])


def _of_level(level: Level, ohm: Floats, failed: BoolArray) -> Population:
    read = outside(ohm, level.read_lo_ohm, level.read_hi_ohm)
    verify = outside(ohm, level.verify_lo_ohm, level.verify_hi_ohm)
    counts = int(verify.sum()), int(read.sum()), int((read & failed).sum())
    return _population(level.name, ohm, *counts)


def outside(ohm: Floats, lo_ohm: float | None, hi_ohm: float | None) -> BoolArray:
    """Which resistances are not in lo < R <= hi; None is an open end."""
    below = ohm <= (-np.inf if lo_ohm is None else lo_ohm)
    above = ohm > (np.inf if hi_ohm is None else hi_ohm)
    return below | above


def _population(name: str, ohm: Floats, *counts: int) -> Population:
    percentiles = np.percentile(ohm, PERCENTS) if ohm.size else [np.nan] * len(PERCENTS)
    return Population(name, ohm.size, tuple(float(value) for value in percentiles), *counts)
