"""Pulsed-read pins of the macro: banks of storage nodes, and the MAC weights that they hold."""

from __future__ import annotations

from dataclasses import dataclass

from chips.description import Chip
from chips.errors import InputError
from pymodel.cell import CellArray
from pymodel.mac import MacArray
from pymodel.noise import Effects
from pymodel.pins import ReadPulse, ReadReset
from pymodel.reader import NodeArray
from pymodel.rng import FloatArray


@dataclass(frozen=True)
class Loaded:
    """MAC cells of a layer, and the gates they were loaded from: version, discharged banks."""

    gates: tuple[int, frozenset[int]]
    macs: MacArray


class ReadSide:
    """Storage nodes of all layers. MAC weights are rebuilt only when a gate has changed."""

    def __init__(self, chip: Chip, arrays: list[CellArray], seed: int, die: int) -> None:
        self._chip, self._arrays = chip, arrays
        self._nodes = [NodeArray(chip, k) for k in range(len(chip.layers))]
        self._origin = (seed, die)
        self._effects = Effects.none()
        self._loaded: dict[int, Loaded] = {}

    def set_effects(self, effects: Effects) -> None:
        """Switch imperfections of the MAC cells."""
        if effects != self._effects:
            self._loaded.clear()
        self._effects = effects

    def layer_of(self, bank: int) -> int:
        """Layer that a bank belongs to.

        Raises
        ------
        InputError
            No such bank.
        """
        for geometry in self._chip.geometry:
            if geometry.bank_base <= bank < geometry.bank_base + geometry.banks:
                return geometry.index
        raise InputError(f"read bank {bank}, allowed are 0..{self._chip.banks - 1}")

    def reset(self, pins: ReadReset) -> None:
        """Discharge the nodes of one bank.

        Raises
        ------
        InputError
            No such bank.
        """
        layer = self.layer_of(pins.bank)
        self._nodes[layer].discharge(pins.bank - self._chip.geometry[layer].bank_base)

    def pulse(self, pins: ReadPulse) -> None:
        """Read one bank into its nodes, and count the stress of the read.

        The divider stresses the cells in the RESET direction.

        Raises
        ------
        InputError
            No such bank, or a negative time.
        """
        layer = self.layer_of(pins.bank)
        nodes, array = self._nodes[layer], self._arrays[layer]
        bank = pins.bank - self._chip.geometry[layer].bank_base
        first, last = nodes.words(bank)
        resistance = array.seen_words(first, last, pins.now_s)
        nodes.read(bank, resistance, pins.reset_s, pins.pulse_s, pins.now_s)
        array.read(first, last, pins.pulse_s)

    def macs(self, layer: int, now_s: float) -> MacArray:
        """MAC cells of a layer as the held nodes drive them at `now_s`."""
        nodes = self._nodes[layer]
        nodes.settle(now_s)
        loaded, gates = self._loaded.get(layer), (nodes.version, nodes.discharged)
        if loaded is None or loaded.gates != gates:
            macs = MacArray.load(self._chip, layer, nodes.gates, self._effects, *self._origin)
            loaded = self._loaded[layer] = Loaded(gates, macs)
        return loaded.macs

    def gates(self, layer: int, now_s: float) -> FloatArray:
        """How far the MAC gates of a layer are on at `now_s`, 0..1, float32 (words, cells)."""
        nodes = self._nodes[layer]
        nodes.settle(now_s)
        return nodes.gates.copy()

    def node_v(self, bank: int, now_s: float) -> float:
        """Voltage of the storage node of the first cell of a bank.

        Raises
        ------
        InputError
            No such bank.
        """
        layer = self.layer_of(bank)
        base = self._chip.geometry[layer].bank_base
        return self._nodes[layer].first_node_v(bank - base, now_s)

    def age_s(self, now_s: float) -> float:
        """Age of the oldest held bank in seconds; infinite if one was never read."""
        return max(nodes.age_s(now_s) for nodes in self._nodes)
