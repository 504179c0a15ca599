"""Integrating transimpedance amplifier: gain, settling, saturation, reset, change of capacitor.

Durations are whole picoseconds, so that the macro, which sees times of pins, and the network,
which sees counts of clocks, compute with the same numbers.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.linalg import expm

from chips.errors import InputError
from chips.sections import Mac
from pymodel.rng import FloatArray

PS_PER_S = 1e12
BOLTZMANN_J_PER_K = 1.380649e-23
TEMPERATURE_K = 300.0


def picoseconds(time_s: float) -> int:
    """Nearest whole number of picoseconds."""
    return round(time_s * PS_PER_S)


def capacitance_f(mac: Mac, cf_sel: int) -> float:
    """Integration capacitor in farads: C_f0 doubled `cf_sel` times.

    Raises
    ------
    InputError
        No such selection.
    """
    if not 0 <= cf_sel < 2**mac.cf_sel_bits:
        raise InputError(f"cf_sel {cf_sel}, allowed are 0..{2**mac.cf_sel_bits - 1}")
    return mac.c_f0_ff * 1e-15 * 2.0**cf_sel


def gain(mac: Mac, duration_ps: int, cf_sel: int) -> np.float32:
    """Integrator gain in volts per volt and weight LSB: g mirror T_ctrl / C_f.

    Raises
    ------
    InputError
        A negative duration or no such capacitor.
    """
    if duration_ps < 0:
        raise InputError(f"integration of {duration_ps} ps, must not be negative")
    transconductance_s = mac.g_lsb_us * 1e-6 * mac.mirror_ratio
    return np.float32(transconductance_s * duration_ps / PS_PER_S / capacitance_f(mac, cf_sel))


def saturate(volts: FloatArray, low_v: float, high_v: float) -> FloatArray:
    """Output limited to its range, in place."""
    return np.clip(volts, np.float32(low_v), np.float32(high_v), out=volts)


def ramp_lag(mac: Mac, duration_ps: int) -> np.float32:
    """Part of what an integration of `duration_ps` has added by which the output lags at its end.

    An amplifier with one pole follows the ramp I t / C as (I / C) (t - tau (1 - exp(-t / tau))), so
    tau / T (1 - exp(-T / tau)). tau = (1 + C_in / C_f) / omega_u for a unity-gain frequency
    omega_u; the chip description gives tau.

    Raises
    ------
    InputError
        An integration of no time.
    """
    if duration_ps <= 0:
        raise InputError(f"integration of {duration_ps} ps, must be above 0")
    ratio = duration_ps / (mac.settle_tau_ns * 1e3)
    return np.float32(-math.expm1(-ratio) / ratio)


def lag_left(mac: Mac, duration_ps: int) -> np.float32:
    """Part of a lag that is left after the output has settled for `duration_ps`: exp(-t / tau).

    Raises
    ------
    InputError
        A negative duration.
    """
    if duration_ps < 0:
        raise InputError(f"settling of {duration_ps} ps, must not be negative")
    return np.float32(math.exp(-duration_ps / (mac.settle_tau_ns * 1e3)))


def reset_noise_v(mac: Mac) -> float:
    """RMS of the noise that a reset freezes on the smallest capacitor: sqrt(k T / C), in volts."""
    return math.sqrt(BOLTZMANN_J_PER_K * TEMPERATURE_K / capacitance_f(mac, 0))


def reset_left(mac: Mac, duration_ps: int) -> float:
    """Part of the voltage that a reset of `duration_ps` leaves of an ideal integrator, 0..1.

    exp(-t / tau), the resistance of the switch times the capacitor.

    Raises
    ------
    InputError
        A negative duration.
    """
    if duration_ps < 0:
        raise InputError(f"integrator reset of {duration_ps} ps, must not be negative")
    return math.exp(-duration_ps / PS_PER_S / (mac.reset_tau_ns * 1e-9))


@lru_cache(maxsize=64)
def lagging_reset(mac: Mac, duration_ps: int, cf_sel: int) -> FloatArray:
    """What a reset makes of where an output is going and of its lag, float32 (2, 2).

    The switch R discharges C_f by the voltage across it, and the amplifier follows with tau. With g
    where the output is going, l its lag and a = C_in / (C_in + C_f) the node equations are
    g' = -(g - a l) / (R C_f), l' = g' - l / tau; the matrix exponential solves them. The poles are
    those of tau R C_f s^2 + (R C_f + (1 - a) tau) s + 1, a pair that can ring.
    Shared, not to be written.

    Raises
    ------
    InputError
        A negative duration or no such capacitor.
    """
    if duration_ps < 0:
        raise InputError(f"integrator reset of {duration_ps} ps, must not be negative")
    c_in_f = mac.c_in_ff * 1e-15
    share = c_in_f / (c_in_f + capacitance_f(mac, cf_sel))
    discharge, follow = 1 / mac.reset_tau_ns, 1 / mac.settle_tau_ns
    rates = discharge * np.array([[-1, share], [-1, share]]) - np.diag([0, follow])
    solution: FloatArray = expm(rates * (duration_ps * 1e-3)).astype(np.float32)
    return solution


def biased_ps(mac: Mac, age_ps: int) -> int:
    """Full integration, in ps, that counts as much as the first `age_ps` after the bias came on.

    The MAC currents rise as 1 - exp(-t / tau), so t - tau (1 - exp(-t / tau)). The rise from 0 at
    each switching is an assumption, and so is tau.

    Raises
    ------
    InputError
        A negative time.
    """
    if age_ps < 0:
        raise InputError(f"bias on for {age_ps} ps, must not be negative")
    tau_ps = mac.bias_tau_ns * 1e3
    return round(age_ps + tau_ps * math.expm1(-age_ps / tau_ps))


def capacitor_share(mac: Mac, old_sel: int, new_sel: int) -> float:
    """Part of the integrator's voltage that is left when its capacitor changes under charge.

    Capacitors that are added come empty, so the charge spreads; those that are removed take
    their share along and the voltage stays.
    """
    return min(capacitance_f(mac, old_sel) / capacitance_f(mac, new_sel), 1.0)
