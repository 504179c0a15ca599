"""Pulsed RRAM reader: divider, storage nodes with leakage, and the inverter on each node.

Pure functions, then the nodes of one layer. The electrical constants come from the chip
description.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.sections import Reader
from pymodel.rng import FloatArray

SAFETY_S = 1e-8  # gates are looked at again this long before a node can reach the transition


def divider_v(reader: Reader, resistance_ohm: FloatArray) -> FloatArray:
    """Voltage of the divider VDD - RRAM - X - R_ref - ground, in volts, any shape.

    V_div = VDD R_ref / (R + R_ref); an infinite resistance gives 0.

    Raises
    ------
    InputError
        A resistance that is not above 0.
    """
    require_resistance(resistance_ohm)
    total: FloatArray = resistance_ohm + np.float32(reader.r_ref_ohm)
    return np.divide(np.float32(reader.vdd_v * reader.r_ref_ohm), total, dtype=np.float32)


def divider_tau_s(reader: Reader, resistance_ohm: FloatArray) -> FloatArray:
    """Time constant C (R || R_ref) of a node while it is read, in seconds, any shape.

    Raises
    ------
    InputError
        A resistance that is not above 0.
    """
    require_resistance(resistance_ohm)
    parallel_s = np.reciprocal(resistance_ohm) + np.float32(1 / reader.r_ref_ohm)
    return np.divide(np.float32(reader.c_hold_ff * 1e-15), parallel_s, dtype=np.float32)


def read_node_v(
    reader: Reader, resistance_ohm: FloatArray, start_v: FloatArray, pulse_s: float
) -> FloatArray:
    """Node voltage after a read pulse, in volts, any shape.

    V_X(t) = V_div + (V_X0 - V_div) exp(-t / (C R_par)).

    Raises
    ------
    InputError
        A negative time, or a resistance that is not above 0.
    """
    _require_time("read pulse", pulse_s)
    goal = divider_v(reader, resistance_ohm)
    left: FloatArray = np.exp(np.float32(-pulse_s) / divider_tau_s(reader, resistance_ohm))
    return goal + (start_v - goal) * left


def reset_node_v(reader: Reader, start_v: FloatArray, reset_s: float) -> FloatArray:
    """Node voltage after its discharge switch was closed for `reset_s`, in volts."""
    _require_time("node reset", reset_s)
    return start_v * np.float32(math.exp(-reset_s / (reader.node_reset_tau_ns * 1e-9)))


def held_node_v(reader: Reader, start_v: FloatArray, age_s: float) -> FloatArray:
    """Node voltage `age_s` after its read pulse: leakage towards ground, in volts."""
    _require_time("hold", age_s)
    return start_v * np.float32(math.exp(-age_s / (reader.leak_tau_us * 1e-6)))


def droop_s(reader: Reader, start_v: float, end_v: float) -> float:
    """Time in which a held node falls from `start_v` to `end_v`, in seconds.

    Raises
    ------
    InputError
        Not a fall between positive voltages.
    """
    if not 0 < end_v <= start_v:
        raise InputError(f"droop from {start_v:g} V to {end_v:g} V, must fall and end above 0")
    return reader.leak_tau_us * 1e-6 * math.log(start_v / end_v)


def gate_on(reader: Reader, node_v: FloatArray) -> FloatArray:
    """How far the inverter turns its MAC gate on, 0..1, any shape.

    A low node (HRS) gives 1, a high node (LRS) 0, with a transition of VDD / gain around the
    threshold.
    """
    gain_per_v = np.float32(reader.inverter_gain / reader.vdd_v)
    gate: FloatArray = (np.float32(reader.inverter_threshold_v) - node_v) * gain_per_v
    gate += np.float32(0.5)
    return np.clip(gate, np.float32(0), np.float32(1), out=gate)


def safe_node_v(reader: Reader) -> float:
    """Lowest node voltage at which the gate is fully off, in volts."""
    return reader.inverter_threshold_v + reader.vdd_v / (2 * reader.inverter_gain)


def require_resistance(resistance_ohm: npt.NDArray[np.floating]) -> None:
    """Refuse cells without a resistance above 0; an infinite one is no cell.

    Raises
    ------
    InputError
        The lowest is not above 0.
    """
    lowest_ohm = np.min(resistance_ohm, initial=np.inf)
    if not lowest_ohm > 0:
        raise InputError(f"resistance of {lowest_ohm:g} ohm, must be above 0")


def _require_time(what: str, time_s: float) -> None:
    if not time_s >= 0:
        raise InputError(f"{what} of {time_s:g} s, must not be negative")


class NodeArray:
    """Storage nodes and MAC gates of one layer, arrays (words, lanes * bits).

    The gates are computed at each read pulse; they are looked at again only when the weakest held
    node can have reached the transition. A bank in `discharged` is between the begin of its reset
    and the end of its read: all its gates are on. `version` changes whenever another gate changes.
    """

    def __init__(self, chip: Chip, layer: int) -> None:
        geometry = chip.geometry[layer]
        self._reader = chip.reader
        self._words_per_bank = geometry.words_per_bank
        shape = (geometry.words, chip.word_cells)
        self._node_v = np.zeros(shape, np.float32)
        self._held_gates = gate_on(chip.reader, self._node_v)
        self.version = 0
        self.discharged: frozenset[int] = frozenset()
        self.read_s = np.full(geometry.banks, -np.inf)
        self._changes_s = np.full(geometry.banks, np.inf)

    def words(self, bank: int) -> tuple[int, int]:
        """First word of a bank of this layer, and the one after its last."""
        first = bank * self._words_per_bank
        return first, min(first + self._words_per_bank, len(self._node_v))

    @property
    def gates(self) -> FloatArray:
        """How far each MAC gate is on, 0..1."""
        if not self.discharged:
            return self._held_gates
        gates = self._held_gates.copy()
        for bank in self.discharged:
            gates[slice(*self.words(bank))] = 1
        return gates

    def discharge(self, bank: int) -> None:
        """Begin the reset of one bank."""
        self.discharged |= {bank}

    def read(
        self, bank: int, resistance_ohm: FloatArray, reset_s: float, pulse_s: float, now_s: float
    ) -> None:
        """Read one bank: leak, reset, read pulse that ends at `now_s`.

        Parameters
        ----------
        resistance_ohm : float32 (words of the bank, cells)
        """
        nodes = self._node_v[slice(*self.words(bank))]
        held_s = now_s - pulse_s - reset_s - float(self.read_s[bank])
        held_v = held_node_v(self._reader, nodes, max(held_s, 0.0))
        start_v = reset_node_v(self._reader, held_v, reset_s)
        nodes[...] = read_node_v(self._reader, resistance_ohm, start_v, pulse_s)
        self.read_s[bank] = now_s
        self.discharged -= {bank}
        self._update(bank, nodes, now_s)

    def settle(self, now_s: float) -> None:
        """Let the gates follow the leakage up to `now_s`."""
        for bank in np.flatnonzero(self._changes_s <= now_s):
            nodes = self._node_v[slice(*self.words(int(bank)))]
            age_s = now_s - float(self.read_s[bank])
            self._update(int(bank), held_node_v(self._reader, nodes, max(age_s, 0.0)), now_s)

    def _update(self, bank: int, node_v: FloatArray, now_s: float) -> None:
        gates = gate_on(self._reader, node_v)
        old = self._held_gates[slice(*self.words(bank))]
        if not np.array_equal(gates, old):
            old[...] = gates
            self.version += 1
        self._changes_s[bank] = now_s + self._safe_s(node_v, gates)

    def _safe_s(self, node_v: FloatArray, gates: FloatArray) -> float:
        """How long no gate of a bank can change: until its weakest LRS node droops."""
        high = node_v[gates < 1]
        if high.size == 0:
            return math.inf
        weakest_v = float(high.min())
        safe_v = safe_node_v(self._reader)
        return droop_s(self._reader, weakest_v, safe_v) - SAFETY_S if weakest_v > safe_v else 0.0

    def first_node_v(self, bank: int, now_s: float) -> float:
        """Voltage of the first node of a bank; 0 from its reset to the end of its read."""
        if bank in self.discharged:
            return 0.0
        node_v = self._node_v[self.words(bank)[0], :1]
        return float(held_node_v(self._reader, node_v, now_s - float(self.read_s[bank]))[0])

    def age_s(self, now_s: float) -> float:
        """Age of the oldest held read in seconds; infinite if a bank was never read."""
        return float(now_s - self.read_s.min())
