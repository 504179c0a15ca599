"""Stress of the read: the divider puts VDD - V_X(t) across a cell, in the RESET direction.

The law is that of `pymodel.stress`: seconds of stress per second, e times as many per `efold_v`
(ASSUMED). Here in closed form over a pulse.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expi

from chips.errors import InputError
from chips.sections import Reader
from pymodel.device import Disturb
from pymodel.reader import require_resistance

Float64Array = npt.NDArray[np.float64]

SERIES_BELOW = 1e-2  # below it four terms are exact to 10^-10


def exponential_excess(u: Float64Array) -> Float64Array:
    """Integral of (exp(x) - 1) / x from 0 to u, any shape: Ei(u) - gamma - ln|u|.

    Source: Abramowitz and Stegun, 5.1.10.
    """
    series: Float64Array = u * (1 + u / 4 * (1 + 2 * u / 9 * (1 + 3 * u / 16)))
    far = np.where(np.abs(u) < SERIES_BELOW, 1.0, u)
    closed = expi(far) - np.euler_gamma - np.log(np.abs(far))
    return np.where(np.abs(u) < SERIES_BELOW, series, closed)


def read_stress_s(
    reader: Reader,
    disturb: Disturb,
    resistance_ohm: npt.NDArray[np.floating],
    pulse_s: npt.NDArray[np.float64] | float,
    start_v: float = 0.0,
) -> Float64Array:
    """Stress of each cell from one read pulse, in seconds, any shape.

    The voltage across the cell is v(t) = v_end + (V_div - V_X0) exp(-t / tau), and with
    a = (V_div - V_X0) / efold the integral of exp((v(t) - reference) / efold) over T is
    exp((v_end - reference) / efold) [T + tau (E(a) - E(a exp(-T / tau)))], E = exponential_excess.

    Parameters
    ----------
    pulse_s : length of the pulse, for all cells or for each
    start_v : node voltage at the begin of the pulse, 0 after a complete reset

    Raises
    ------
    InputError
        A negative time, or a resistance that is not above 0.
    """
    require_resistance(resistance_ohm)
    length_s = np.asarray(pulse_s, np.float64)
    if not length_s.min() >= 0:
        raise InputError(f"read pulse of {length_s.min():g} s, must not be negative")
    ohm = resistance_ohm.astype(np.float64)
    node_v = reader.vdd_v * reader.r_ref_ohm / (ohm + reader.r_ref_ohm)
    tau_s = reader.c_hold_ff * 1e-15 / (1 / ohm + 1 / reader.r_ref_ohm)
    excess = (node_v - start_v) / disturb.efold_v
    late = excess * np.exp(-length_s / tau_s)
    settled = np.exp((reader.vdd_v - node_v - disturb.reference_v) / disturb.efold_v)
    stress: Float64Array = settled * (
        length_s + tau_s * (exponential_excess(excess) - exponential_excess(late))
    )
    return stress
