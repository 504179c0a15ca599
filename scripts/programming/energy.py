"""Energy that programming takes from the supplies of the array, as an upper bound.

Pulses: sum over pulses of (cells driven) * V_line * I_comp(V_wl) * width, with the current limit of
the access transistor (`pymodel.switching.compliance_a`): a cell that conducts less takes less.
Senses: sum over strobes and sensed cells of V_read^2 / R * (length of the strobe). Not in it, for
want of a source: charging of lines and word lines (C V^2), the losses of the charge pump, sense
amplifiers, DACs, the digital control.
"""

from __future__ import annotations

import numpy as np

from chips.description import Chip
from pymodel.device import Device
from pymodel.switching import compliance_a
from scripts.programming.pulse_log import Kind, Pulses
from scripts.programming.result import ProgramResult


def energy_j(chip: Chip, device: Device, result: ProgramResult) -> dict[str, float]:
    """Energy of the pulses of each kind and of all senses, in joules."""
    of_pulses = pulse_energy_j(chip, device, result.pulses)
    by_kind = {kind.name: float(of_pulses[result.pulses.kind == kind].sum()) for kind in Kind}
    read_v = device.sensing.read_v
    return by_kind | {"senses": read_v**2 * result.sensed_s * result.strobe_s}


def pulse_energy_j(chip: Chip, device: Device, pulses: Pulses) -> np.ndarray:
    """Energy of each pulse (n,) in joules."""
    wl_v, which = np.unique(pulses.wl_v, return_inverse=True)
    current_a = np.array([compliance_a(device.access, float(v)) for v in wl_v])[which]
    cells = pulses.driven(chip).sum(1)
    return np.asarray(cells * pulses.line_v * current_a * pulses.width_s, np.float64)
