"""How often the held nodes must be read again, and how often they can be."""

from __future__ import annotations

import math

from chips.description import Chip
from chips.errors import InputError
from chips.sections import Reader
from pymodel.reader import droop_s, safe_node_v


def retention_s(reader: Reader, resistance_ohm: float) -> float:
    """Time from a complete read until the gate of a cell begins to change, in seconds.

    tau_leak ln(V_div / V_safe) for a cell that reads low; a cell whose node is below the transition
    reads high and stays so: infinite. 0 for a cell in the transition.

    Raises
    ------
    InputError
        A resistance that is not above 0.
    """
    if not resistance_ohm > 0:
        raise InputError(f"cell of {resistance_ohm:g} ohm, must be above 0")
    node_v = reader.vdd_v * reader.r_ref_ohm / (resistance_ohm + reader.r_ref_ohm)
    safe_v = safe_node_v(reader)
    if node_v > safe_v:
        return droop_s(reader, node_v, safe_v)
    return math.inf if node_v <= 2 * reader.inverter_threshold_v - safe_v else 0.0


def sweep_s(chip: Chip, *, under_load: bool) -> float:
    """Time of one read of all banks, in seconds: the shortest refresh interval.

    Under load a bank is read in the gap of each layer clock, else slot follows slot.
    """
    slot = chip.clock.layer_period_cycles if under_load else chip.reader.slot_cycles
    return chip.banks * slot * chip.clock.clk_period_s


def longest_interval_s(chip: Chip, resistance_ohm: float) -> float:
    """Longest refresh interval that keeps a cell, in seconds: retention less one sweep under load.

    Raises
    ------
    InputError
        The cell does not last for a sweep.
    """
    hold_s, sweep = retention_s(chip.reader, resistance_ohm), sweep_s(chip, under_load=True)
    if not hold_s > sweep:
        raise InputError(
            f"a cell of {resistance_ohm:g} ohm holds for {hold_s:g} s, must be above the sweep of "
            f"{sweep:g} s"
        )
    return hold_s - sweep
