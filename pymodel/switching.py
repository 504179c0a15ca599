"""The physics of one pulse.

Small functions named after the steps of a pulse. They keep no state; the arrays of cells that they
act on are in `pymodel.cell`, the parameters in `pymodel.device`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from chips.errors import InputError
from pymodel.device import Access, Device
from pymodel.rng import FloatArray

WIDTH_UNIT_S = 1e-6
WIDTH_MIN_S = 1e-9
WIDTH_MAX_S = 1e-1


def width_shift_v(slope_v: float, width_s: float) -> float:
    """How far a threshold lies below its value at 1 us, in volts.

    The switching time falls exponentially with the voltage, so the threshold falls with the
    logarithm of the width (voltage-time dilemma: Menzel et al., Adv. Funct. Mater. 21, 4487,
    2011). `slope_v` is the fall per decade.

    Raises
    ------
    InputError
        `width_s` outside 1 ns..0.1 s.
    """
    if not WIDTH_MIN_S <= width_s <= WIDTH_MAX_S:
        raise InputError(f"pulse width {width_s:g} s, valid are {WIDTH_MIN_S:g}..{WIDTH_MAX_S:g} s")
    return slope_v * math.log10(width_s / WIDTH_UNIT_S)


def compliance_a(access: Access, wl_v: float) -> float:
    """Current limit of the access transistor at the word-line voltage `wl_v`, in amperes.

    Saturation current of a velocity-saturated transistor, linear in the gate overdrive; 0 below
    its threshold.
    """
    return access.compliance_us * 1e-6 * max(wl_v - access.threshold_v, 0.0)


def compliance_ohm(access: Access, filament_v: float, wl_v: float) -> float:
    """Median resistance of a filament that the compliance has stopped, in ohms: V_C / I.

    Source: D. Ielmini, IEEE Trans. Electron Devices 58, 4309 (2011): the voltage across a
    filament that stops growing is nearly constant.

    Raises
    ------
    InputError
        The word line does not turn the transistor on.
    """
    current_a = compliance_a(access, wl_v)
    if current_a <= 0:
        raise InputError(
            f"word line {wl_v:g} V, valid is above {access.threshold_v:g} V for FORM and SET"
        )
    return filament_v / current_a


class Landing(NamedTuple):
    """Where a SET leaves a median cell, in ohms: `base_ohm`, which does not vary, and the rest."""

    base_ohm: float
    excess_ohm: float


def set_landing(device: Device, wl_v: float) -> Landing:
    """Landing of a SET: at the compliance, or along the tuning curve of the set.

    The tuning curve is empirical: the excess over the base of the filament falls exponentially
    with the word line (after the data of RADAR, IEEE Trans. Electron Devices 2021, doi
    10.1109/TED.2021.3097975: its cells enter their three lower windows after about 27, 37 and 46
    steps of 10 mV).

    Raises
    ------
    InputError
        The word line does not turn the transistor on.
    """
    at_compliance = compliance_ohm(device.access, device.resistance.set_voltage_v, wl_v)
    curve = device.tuning
    if curve is None:
        return Landing(0.0, at_compliance)
    steps = (wl_v - curve.reference_v) / curve.efold_v
    return Landing(curve.base_ohm, curve.excess_ohm * math.exp(-steps))


def set_amplitude_v(access: Access, wl_v: float, bl_v: float) -> float:
    """Bit-line voltage referred to the word line at which the thresholds hold, in volts.

    A stronger word line leaves more of the bit line to the cell. The coefficient is empirical
    (after SkyWater's procedure, which ramps the word line inside each bit-line step).
    """
    return bl_v + access.wl_assist * (wl_v - access.wl_reference_v)


def reset_amplitude_v(access: Access, wl_v: float, sl_v: float) -> float:
    """Voltage across the cell in RESET, in volts.

    The transistor is a source follower: it passes the source line up to a threshold below the
    word line; the threshold falls by `dibl` per volt of source line.
    """
    follower_v = wl_v - access.threshold_v + access.dibl * sl_v
    return max(min(sl_v, follower_v), 0.0)


def channel_ohm(access: Access, wl_v: float) -> float:
    """Resistance of the access transistor in its linear range, in ohms; infinite when off."""
    overdrive_v = wl_v - access.threshold_v
    return access.channel_ohm_v / overdrive_v if overdrive_v > 0 else math.inf


def constant(value: float) -> FloatArray:
    """Float32 array of no dimension: operations on a word take it twice as fast as a number."""
    return np.array(value, np.float32)


class SetPulse(NamedTuple):
    """What a pulse in the SET direction overcomes and leaves, float32 arrays of no dimension.

    set_level_v, form_level_v: highest threshold (at 1 us) of a formed and of a virgin cell that
    it overcomes. base_ohm, excess_ohm: where a SET lands, see `Landing`. formed_ohm: median
    resistance that FORM leaves.
    """

    set_level_v: FloatArray
    form_level_v: FloatArray
    base_ohm: FloatArray
    excess_ohm: FloatArray
    formed_ohm: FloatArray


class ResetPulse(NamedTuple):
    """What a pulse in the RESET direction overcomes: a threshold (at 1 us) up to `level_v`."""

    level_v: FloatArray


def set_pulse(device: Device, wl_v: float, bl_v: float, width_s: float) -> SetPulse:
    """A FORM or SET pulse from what the lines carry; volts and seconds.

    Raises
    ------
    InputError
        The word line does not turn the transistor on, or a width outside 1 ns..0.1 s.
    """
    amplitude_v = set_amplitude_v(device.access, wl_v, bl_v)
    landing = set_landing(device, wl_v)
    return SetPulse(
        constant(amplitude_v + width_shift_v(device.set.width_slope_v, width_s)),
        constant(amplitude_v + width_shift_v(device.form.width_slope_v, width_s)),
        constant(landing.base_ohm),
        constant(landing.excess_ohm),
        constant(compliance_ohm(device.access, device.resistance.form_voltage_v, wl_v)),
    )


def reset_pulse(device: Device, wl_v: float, sl_v: float, width_s: float) -> ResetPulse:
    """A RESET pulse from what the lines carry; volts and seconds.

    Raises
    ------
    InputError
        A width outside 1 ns..0.1 s.
    """
    amplitude_v = reset_amplitude_v(device.access, wl_v, sl_v)
    return ResetPulse(constant(amplitude_v + width_shift_v(device.reset.width_slope_v, width_s)))
