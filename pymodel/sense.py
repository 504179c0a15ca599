"""Sense amplifiers: a cell against a reference, and what is left on its line."""

from __future__ import annotations

import math

from chips.errors import InputError
from pymodel.device import Sensing

CODES = 1024
BASE_OHM = 500.0
CODES_PER_OCTAVE = 64


def reference_ohm(code: int) -> float:
    """Resistance of a reference code in ohms: 500 * 2^(code / 64).

    Raises
    ------
    InputError
        `code` outside 0..1023.
    """
    if not 0 <= code < CODES:
        raise InputError(f"sense reference code {code}, allowed are 0..{CODES - 1}")
    return BASE_OHM * float(2.0 ** (code / CODES_PER_OCTAVE))


def reference_code(resistance_ohm: float) -> int:
    """Code whose reference is nearest to `resistance_ohm`.

    Raises
    ------
    InputError
        The resistance lies outside the range of the codes.
    """
    low, high = reference_ohm(0), reference_ohm(CODES - 1)
    if not low <= resistance_ohm <= high:
        raise InputError(f"reference {resistance_ohm:g} ohm, allowed are {low:g}..{high:g} ohm")
    return round(CODES_PER_OCTAVE * math.log2(resistance_ohm / BASE_OHM))


def residual_s(sensing: Sensing, line_v: float, bleed_s: float) -> float:
    """Conductance that a line adds to the cell it is sensed with, in siemens.

    The line was left at `line_v` and bled for `bleed_s`: the charge that is still on it feeds
    the sense amplifier like a conductance, seen at the read voltage. The cell reads too low.

    Raises
    ------
    InputError
        A negative time.
    """
    if bleed_s < 0:
        raise InputError(f"bleed time {bleed_s:g} s, must not be negative")
    left_v = line_v * math.exp(-bleed_s / sensing.bleed_tau_s)
    return sensing.residual_us * 1e-6 * left_v / sensing.read_v
