"""Pairwise comparators of the class outputs, and what their decisions mean."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.sections import Mac
from pymodel.rng import FloatArray, Stream, generator, normals

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.intp]


@lru_cache
def class_pairs(classes: int) -> tuple[IndexArray, IndexArray]:
    """Classes i < j of every comparator, in lexicographic order."""
    first, second = np.triu_indices(classes, 1)
    return first, second


def pair_count(classes: int) -> int:
    """Number of comparators."""
    return classes * (classes - 1) // 2


def offsets_v(chip: Chip, seed: int, die: int) -> FloatArray:
    """Offset of every comparator of a die, float32 (pairs,), in volts."""
    drawn = normals(generator(seed, die, Stream.COMPARATOR), pair_count(chip.chip.classes))
    return drawn * np.float32(chip.mac.comparator_offset_mv * 1e-3)


def trims_v(mac: Mac, trims: tuple[int, ...]) -> FloatArray:
    """Voltages that signed trim codes add to the class outputs, float32 (classes,).

    Raises
    ------
    InputError
        A code outside the two's-complement range of the trim.
    """
    limit = 1 << (mac.comparator_trim_bits - 1)
    for trim in trims:
        if not -limit <= trim < limit:
            raise InputError(f"comparator trim {trim}, allowed are {-limit}..{limit - 1}")
    return np.array(trims, np.float32) * np.float32(mac.comparator_trim_step_mv * 1e-3)


def compare(outputs_v: FloatArray, errors_v: FloatArray | np.float32) -> BoolArray:
    """Decisions of all comparators, bool (n, pairs): V_i + error >= V_j.

    Parameters
    ----------
    outputs_v : float32 (n, classes), trims included
    errors_v : float32 (n, pairs), (pairs,) or a number: offset and noise
    """
    first, second = class_pairs(outputs_v.shape[1])
    return outputs_v[:, first] + errors_v >= outputs_v[:, second]


def pack_bits(decisions: BoolArray) -> int:
    """Decisions (pairs,) as the integer of the macro's pins, pair 0 lowest."""
    return int.from_bytes(np.packbits(decisions, bitorder="little").tobytes(), "little")


def classify(decisions: BoolArray, classes: int) -> tuple[IndexArray, BoolArray]:
    """Labels (n,) and whether they are ambiguous (n,).

    A class that beats all others wins. If there is none, the outcome is ambiguous: most wins
    decide, then the lowest index.

    Parameters
    ----------
    decisions : bool (n, pairs)
    """
    first, second = class_pairs(classes)
    wins = np.zeros((len(decisions), classes), np.intp)
    for pair, (i, j) in enumerate(zip(first, second, strict=True)):
        wins[:, i] += decisions[:, pair]
        wins[:, j] += ~decisions[:, pair]
    labels = wins.argmax(1)
    return labels, wins.max(1) < classes - 1
