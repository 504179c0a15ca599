"""What time and heat do to the resistance of formed cells.

Relaxation (`pymodel.relaxation`) is the random part of what follows a switching, cell by cell;
retention is what all cells of a state do in common, in proportion to ln R and to the decades of
time. Heat speeds up both by one Arrhenius factor, and moves the resistances themselves.
"""

from __future__ import annotations

import math

import numpy as np

from pymodel.device import Device, Heat
from pymodel.relaxation import TimeArray, decades
from pymodel.rng import FloatArray

BOLTZMANN_EV_PER_K = 8.617333262e-5
ROOM_K = 300.0


def acceleration(activation_ev: float, temperature_k: float) -> float:
    """How much faster than at 300 K a thermally activated process runs: the law of Arrhenius.

    exp(E_a / k (1 / 300 K - 1 / T)). Retention of HfOx cells follows it with 1 to 1.5 eV.
    """
    return math.exp(activation_ev / BOLTZMANN_EV_PER_K * (1 / ROOM_K - 1 / temperature_k))


def high_share(device: Device, resistance_ohm: FloatArray) -> FloatArray:
    """Where cells lie between the ends of the levels, 0 (low) to 1 (high), any shape.

    In proportion to ln R from the upper end of the lowest level to the lower end of the highest, so
    that no law jumps between the states.
    """
    first, last = device.levels[0], device.levels[-1]
    low_ohm = first.verify_hi_ohm or first.read_hi_ohm or device.boundary_ohm
    high_ohm = last.verify_lo_ohm or last.read_lo_ohm or device.boundary_ohm
    ends = sorted((math.log(low_ohm), math.log(high_ohm)))
    return np.interp(np.log(resistance_ohm), ends, (0.0, 1.0)).astype(np.float32)


def heat_logs(heat: Heat, temperature_k: float) -> tuple[float, float]:
    """Logarithms of the resistance relative to 300 K, of the low and of the high state.

    A filament conducts like a metal, 1 + a (T - 300 K); what RESET has opened is activated,
    exp(E / k (1 / T - 1 / 300 K)).
    """
    low = math.log1p(heat.low_per_k * (temperature_k - ROOM_K))
    high = heat.high_ev / BOLTZMANN_EV_PER_K * (1 / temperature_k - 1 / ROOM_K)
    return low, high


def heated_ohm(device: Device, resistance_ohm: FloatArray, temperature_k: float) -> FloatArray:
    """Resistances at a temperature of cells that have `resistance_ohm` at 300 K, any shape."""
    if temperature_k == ROOM_K:
        return resistance_ohm
    logs = heat_logs(device.heat, temperature_k)
    heated: FloatArray = resistance_ohm * np.exp(_between(device, resistance_ohm, logs))
    return heated


def retained_ohm(
    device: Device, resistance_ohm: FloatArray, rested_s: TimeArray, more_s: float
) -> FloatArray:
    """Resistances after another `more_s` at 300 K, any shape.

    ln R moves by rate * log10(1 + t / tau), with the rate of its state. That cells drift with the
    logarithm of time is ASSUMED as for the relaxation.

    Parameters
    ----------
    rested_s : time that each cell has been left alone before, at 300 K, same shape
    """
    law = device.retention
    passed = decades(rested_s + more_s, law.tau_s) - decades(rested_s, law.tau_s)
    rate = _between(device, resistance_ohm, (law.low_log_rate, law.high_log_rate))
    moved: FloatArray = resistance_ohm * np.exp(rate * passed).astype(np.float32)
    return moved


def _between(device: Device, resistance_ohm: FloatArray, ends: tuple[float, float]) -> FloatArray:
    """A quantity that the low and the high state have, float32 of the shape of the cells."""
    low, high = ends
    value: FloatArray = np.float32(low) + np.float32(high - low) * high_share(
        device, resistance_ohm
    )
    return value
