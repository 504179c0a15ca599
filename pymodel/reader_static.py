"""Static reader: divider and inverter at every cell, always on; what the pulsed reader replaces.

VDD - RRAM - X - R_ref - ground with the inverter at X and no storage: the gate follows the cell at
once and for good, and the divider draws its current all the time.
"""

from __future__ import annotations

import numpy as np

from chips.sections import Reader
from pymodel.reader import divider_v, gate_on, require_resistance
from pymodel.rng import FloatArray


def static_gate(reader: Reader, resistance_ohm: FloatArray) -> FloatArray:
    """How far the inverter turns each MAC gate on, 0..1, any shape."""
    return gate_on(reader, divider_v(reader, resistance_ohm))


def static_power_w(reader: Reader, resistance_ohm: FloatArray) -> FloatArray:
    """Power of each divider, VDD^2 / (R + R_ref), in watts, any shape; no cell draws nothing.

    Raises
    ------
    InputError
        A resistance that is not above 0.
    """
    require_resistance(resistance_ohm)
    total: FloatArray = resistance_ohm + np.float32(reader.r_ref_ohm)
    return np.divide(np.float32(reader.vdd_v**2), total, dtype=np.float32)


def static_cell_v(reader: Reader, resistance_ohm: FloatArray) -> FloatArray:
    """Voltage across each RRAM, VDD - V_div, in volts: what disturbs it in the RESET direction."""
    return np.float32(reader.vdd_v) - divider_v(reader, resistance_ohm)
