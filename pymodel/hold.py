"""Sample-and-holds between the layers: droop, and the offset of the buffers that drive them."""

from __future__ import annotations

import math

import numpy as np

from chips.description import Chip
from chips.errors import InputError
from chips.sections import Mac
from pymodel.rng import FloatArray, Stream, generator, normals

PS_PER_US = 1e6


def held_left(mac: Mac, age_ps: int) -> np.float32:
    """Part of a held voltage that is left after `age_ps`: exp(-t / tau), leakage to ground.

    Raises
    ------
    InputError
        A negative time.
    """
    _require_time("hold", age_ps)
    return np.float32(math.exp(-age_ps / PS_PER_US / mac.hold_tau_us))


def mean_left(mac: Mac, age_ps: int, duration_ps: int) -> np.float32:
    """Mean of what is left during an integration that begins `age_ps` after the hold.

    exp(-t0 / tau) (1 - exp(-T / tau)) tau / T, the mean of exp(-t / tau) from t0 to t0 + T.

    Raises
    ------
    InputError
        A negative time, or an integration of no time.
    """
    _require_time("hold", age_ps)
    if duration_ps <= 0:
        raise InputError(f"integration of {duration_ps} ps, must be above 0")
    ratio = duration_ps / PS_PER_US / mac.hold_tau_us
    return np.float32(math.exp(-age_ps / PS_PER_US / mac.hold_tau_us) * -math.expm1(-ratio) / ratio)


def buffer_offsets_v(chip: Chip, layer: int, seed: int, die: int) -> FloatArray:
    """Offset of every hold buffer of a layer of a die, float32 (*out_shape), in volts."""
    rng = generator(seed, die, Stream.BUFFER, layer)
    drawn = normals(rng, *chip.geometry[layer].out_shape)
    return drawn * np.float32(chip.mac.buffer_offset_mv * 1e-3)


def _require_time(what: str, time_ps: int) -> None:
    if time_ps < 0:
        raise InputError(f"{what} of {time_ps} ps, must not be negative")
