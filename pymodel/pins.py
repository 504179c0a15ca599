"""What the macro's pins carry, one record per event. Plain tuples: some 10^6 of them are made.

Times are seconds since the start of the simulation. Masks are integers, bit `lane * bits + b` of
a word first, bit k for layer k in the compute masks.
"""

from __future__ import annotations

from typing import NamedTuple

SET_DIRECTION = 0  # polarity: high voltage on the bit lines (FORM, SET)
RESET_DIRECTION = 1  # polarity: high voltage on the source lines


class Drive(NamedTuple):
    """An interval in which high voltage was on and no other pin changed; it ended at `now_s`."""

    layer: int
    group: int
    row: int
    bl_en: int
    sl_en: int
    wl_en: bool
    wl_dac: int
    bl_dac: int
    sl_dac: int
    polarity: int
    duration_s: float
    now_s: float = 0.0


class Sense(NamedTuple):
    """A strobe of the sense amplifiers; `bleed_s`: bleed on since the last high voltage."""

    layer: int
    group: int
    row: int
    bl_en: int
    wl_en: bool
    wl_dac: int
    ref_code: int
    bleed_s: float
    now_s: float = 0.0


class ReadReset(NamedTuple):
    """The reset of one bank begins: its nodes are discharged from now on."""

    bank: int
    now_s: float


class ReadPulse(NamedTuple):
    """The read of one bank has ended: first its reset, then its pulse; either may be 0."""

    bank: int
    reset_s: float
    pulse_s: float
    now_s: float


class Phases(NamedTuple):
    """New values of the compute pins, valid from `now_s` on."""

    int_rst: int
    int_en: int
    sample: int
    bias_en: int
    cf_sel: tuple[int, ...]
    now_s: float


class TestPad(NamedTuple):
    """The analog test multiplexer, and the pins of what it can show."""

    select: int
    bl_en: int
    sl_en: int
    wl_en: bool
    wl_dac: int
    bl_dac: int
    sl_dac: int
    polarity: int
    hv_on: bool
    ref_code: int
    bank: int
    now_s: float
