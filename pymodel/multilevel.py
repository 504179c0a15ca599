"""A network whose weights are pairs of analog conductances.

A weight w is the difference of two cells: the one of its sign at G_min + (|w| / w_max) (G_max -
G_min), the other at G_min. `pymodel.error_laws` says what programming, time and reading do to them.
"""

from __future__ import annotations

import numpy as np

from chips.description import Chip
from chips.errors import InputError
from chips.weights import Weights
from pymodel.error_laws import DeviceLaw, Span
from pymodel.mac import MacArray
from pymodel.noise import Effects
from pymodel.rng import FloatArray, Stream, generator


def pair_targets(weights: FloatArray, weight_max: float, window: Span) -> FloatArray:
    """Targets of the cell pairs, float32 (2, ...): of the positive and of the negative cell.

    Parameters
    ----------
    weights : float32 (...), within -weight_max..weight_max
    window : values of a cell for no weight and for the largest

    Raises
    ------
    InputError
        A weight beyond the largest.
    """
    worst = float(np.abs(weights).max(initial=0))
    if not worst <= weight_max:
        raise InputError(f"weight of {worst:g}, allowed are -{weight_max:g}..{weight_max:g}")
    sides = np.maximum(np.stack([weights, -weights]), np.float32(0))
    targets = sides / lsb_per_unit(weight_max, window) + np.float32(window.low)
    return np.minimum(targets, np.float32(window.high), dtype=np.float32)


def lsb_per_unit(weight_max: float, window: Span) -> np.float32:
    """Weight that a difference of one unit of the cells is worth."""
    return np.float32(weight_max / (window.high - window.low))


def pair_weights(cells: FloatArray, weight_max: float, window: Span) -> FloatArray:
    """Weights that pairs of cells (2, ...) are worth, float32 (...)."""
    weights: FloatArray = (cells[0] - cells[1]) * lsb_per_unit(weight_max, window)
    return weights


def pair_variance(sigma: FloatArray, weight_max: float, window: Span) -> FloatArray:
    """Variance of weights whose cells (2, ...) have independent noise `sigma`, float32 (...)."""
    variance: FloatArray = (sigma[0] ** 2 + sigma[1] ** 2) * lsb_per_unit(weight_max, window) ** 2
    return variance


def analog_weights(
    codes: FloatArray, weight_max: float, device: DeviceLaw, age_s: float, origin: tuple[int, ...]
) -> tuple[FloatArray, FloatArray | None]:
    """Weights of one layer after programming and some time, in LSBs, and the variance of a read.

    Both float32 (filters, rows), the variance in LSB^2; None without read noise.

    Parameters
    ----------
    codes : float32 (filters, rows)
    age_s : time since programming
    origin : seed, die, layer

    Raises
    ------
    InputError
        Codes, or an age, that the laws of the device do not hold for.
    """
    seed, die, layer = origin
    targets = pair_targets(codes, weight_max, device.window)
    cells = device.programming.programmed(targets, generator(seed, die, Stream.CONDUCTANCE, layer))
    if device.drift:
        cells = device.drift.drifted(cells, age_s, generator(seed, die, Stream.AGEING, layer))
    values = pair_weights(cells, weight_max, device.window)
    if device.read is None:
        return values, None
    sigma = device.read.sigma(cells, age_s)
    return values, pair_variance(sigma, weight_max, device.window)


def multilevel_macs(
    chip: Chip,
    weights: Weights,
    device: DeviceLaw,
    *,
    age_s: float,
    effects: Effects,
    seed: int = 0,
    die: int = 0,
) -> list[MacArray]:
    """MAC cells of all layers whose weights are pairs of cells, for `pymodel.network.Network`.

    With `effects.read_noise` the read noise is that of the device, by the same moments as that of
    MAC transistors; without it the device has none.

    Parameters
    ----------
    age_s : time since programming, in seconds
    seed, die : 0..2^64 - 1

    Raises
    ------
    InputError
        Codes beyond the chip's, a seed out of range, an age outside the laws of the device.
    """
    macs = []
    for k, codes in enumerate(weights.codes):
        targets = np.ascontiguousarray(codes, np.float32)
        held = analog_weights(targets, chip.chip.code_max, device, age_s, (seed, die, k))
        macs.append(MacArray.of_weights(chip, k, *held, effects, seed, die))
    return macs
