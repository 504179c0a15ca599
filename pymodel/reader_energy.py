"""Energy that the pulsed reader takes from its supply.

A cell draws (VDD - V_X) / R from VDD while its read pulse is on. Its reset discharges the node to
ground and takes nothing from VDD; what it burns was paid for by the pulse. Not in it, for want of a
source: the gates of the switches, the inverter, the leakage of held nodes (it comes from the node).
"""

from __future__ import annotations

import numpy as np

from chips.errors import InputError
from chips.sections import Reader
from pymodel.reader import divider_tau_s, divider_v
from pymodel.rng import FloatArray


def read_energy_j(
    reader: Reader, resistance_ohm: FloatArray, start_v: float, pulse_s: float
) -> FloatArray:
    """Supply energy of one read pulse of each cell, in joules, any shape.

    VDD times the charge: V_X(t) = V_div + (V_X0 - V_div) exp(-t / tau) gives
    E = VDD / R [(VDD - V_div) T - (V_X0 - V_div) tau (1 - exp(-T / tau))]; no cell takes nothing.

    Parameters
    ----------
    start_v : node voltage at the begin of the pulse, 0 after a complete reset

    Raises
    ------
    InputError
        A negative time.
    """
    if not pulse_s >= 0:
        raise InputError(f"read pulse of {pulse_s:g} s, must not be negative")
    tau_s = divider_tau_s(reader, resistance_ohm)
    end_v = divider_v(reader, resistance_ohm)
    volt_s: FloatArray = (reader.vdd_v - end_v) * np.float32(pulse_s)
    volt_s += (start_v - end_v) * tau_s * np.expm1(np.float32(-pulse_s) / tau_s)
    return np.float32(reader.vdd_v) * volt_s / resistance_ohm


def pulsed_power_w(
    reader: Reader, resistance_ohm: FloatArray, pulse_s: float, interval_s: float
) -> float:
    """Mean power of cells that are read once in every interval, in watts.

    Raises
    ------
    InputError
        An interval that the pulse does not fit into.
    """
    if not interval_s >= pulse_s:
        raise InputError(f"refresh interval {interval_s:g} s, must be at least {pulse_s:g} s")
    energy_j = read_energy_j(reader, resistance_ohm, 0.0, pulse_s)
    return float(energy_j.sum(dtype=np.float64)) / interval_s
