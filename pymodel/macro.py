"""The analog macro as its pins see it.

`Macro` joins the three sides of the black box: programming and sensing, pulsed read, compute. The
first group of methods takes what the pins carry and nothing else; the second is for benches and
reports, and has no pin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.weights import Weights, weight_words
from pymodel.activity import Activity
from pymodel.analog_test import AnalogTest
from pymodel.cell import CellArray
from pymodel.compute_side import ComputeSide
from pymodel.device import Device
from pymodel.energy import Energy, energy_j
from pymodel.environment import Environment, chip_in
from pymodel.noise import Effects
from pymodel.pins import Drive, Phases, ReadPulse, ReadReset, Sense, TestPad
from pymodel.programming_side import ProgrammingSide
from pymodel.read_side import ReadSide
from pymodel.rng import FloatArray, Stream, generator, require_word

__all__ = ["Drive", "Macro", "Phases", "ReadPulse", "ReadReset", "Sense", "Statistics"]


@dataclass(slots=True)
class Statistics:
    """Events since the macro was made."""

    drives: int = 0
    senses: int = 0
    reads: int = 0
    images: int = 0
    compares: int = 0


class Macro:
    """One die of a chip.

    Parameters
    ----------
    device : parameter set of its cells
    seed, die : 0..2^64 - 1; the same pair is the same die with the same noise
    effects : imperfections that are on; all by default
    environment : temperature and dose of the die while it is used; its age is that of preset cells

    Raises
    ------
    InputError
        A seed or die out of range.
    """

    def __init__(
        self,
        chip: Chip,
        device: Device,
        *,
        seed: int,
        die: int = 0,
        effects: Effects | None = None,
        environment: Environment | None = None,
    ) -> None:
        self._environment = environment if environment is not None else Environment()
        self.chip = chip = chip_in(chip, self._environment)
        self._origin = (seed, die)
        heat_k = self._environment.temperature_k
        self._programming = ProgrammingSide(chip, device, seed, die, heat_k)
        self._read = ReadSide(chip, self._programming.arrays, seed, die)
        self._compute = ComputeSide(chip, self._read.macs, seed, die)
        self._analog_test = AnalogTest(chip, self._read, self._compute)
        self._next_image = 0
        self.statistics = Statistics()
        self.configure_noise(effects if effects is not None else Effects.all())

    # What the pins carry.

    def drive(self, pins: Drive) -> None:
        """An interval with high voltage on and no other pin changing has ended."""
        self.statistics.drives += 1
        self._programming.drive(pins)
        self.activity.drive(pins)

    def sense(self, pins: Sense) -> int:
        """Sense strobe: bit per column, 1 = resistance above 500 ohm * 2^(code / 64) or open."""
        self.statistics.senses += 1
        return self._programming.sense(pins)

    def read_reset(self, pins: ReadReset) -> None:
        """The reset of one bank begins: until its read has ended, its MAC gates are all on."""
        self._compute.settle_layer(self._read.layer_of(pins.bank), pins.now_s)
        self._read.reset(pins)

    def read_pulse(self, pins: ReadPulse) -> None:
        """The read of one bank has ended."""
        self.statistics.reads += 1
        self._compute.settle_layer(self._read.layer_of(pins.bank), pins.now_s)
        self._read.pulse(pins)
        self.activity.read(pins)

    def load_image(self, pixels: npt.NDArray[np.uint8]) -> int:
        """The input latches go to the input DACs; the number of the image.

        Layer 0 sees it from its next reset on.

        Parameters
        ----------
        pixels : uint8 (bytes,), channel, row, column
        """
        image = self._next_image
        self._compute.load(pixels, image)
        self._next_image += 1
        self.statistics.images += 1
        self.activity.loads += 1
        return image

    def phases(self, pins: Phases) -> None:
        """Compute pins have changed to these values."""
        self._compute.phases(pins)

    def compare(self, trims: tuple[int, ...], now_s: float) -> int:
        """Comparator strobe: bit per pair i < j, 1 = V_i >= V_j. `trims`: signed codes."""
        self.statistics.compares += 1
        self.activity.compares += 1
        return self._compute.compare(trims, now_s)

    def test_pad(self, pins: TestPad) -> float:
        """The analog test pad, in volts; in ohms where it shows the sense reference."""
        return self._analog_test.pad(pins)

    # What only a model can do.

    @property
    def activity(self) -> Activity:
        """What the pins have let the analog parts do since the account was opened."""
        return self._compute.activity

    def open_account(self, now_s: float) -> None:
        """Count activity from `now_s` on."""
        self._compute.settle_activity(now_s)
        self._compute.activity = Activity(self.chip)

    def energy(self, now_s: float) -> Energy:
        """Energy of reads and inference since the account was opened, in joules."""
        self._compute.settle_activity(now_s)
        layers = range(len(self.chip.layers))
        gates = [self.gates(k, now_s) for k in layers]
        arrays = zip(self._programming.arrays, self.chip.geometry, strict=True)
        seen = [array.seen_words(0, geometry.words, now_s) for array, geometry in arrays]
        return energy_j(self.chip, self.activity, gates, seen)

    def configure_noise(self, effects: Effects) -> None:
        """Switch imperfections."""
        self._compute.set_effects(effects)
        self._programming.sense_noise = effects.sense_noise
        self._read.set_effects(effects)

    def reset_images(self, first_index: int = 0) -> None:
        """Number the next image `first_index`."""
        self._next_image = require_word("image", first_index)

    def preset_weights(self, weights: Weights) -> None:
        """Put every cell into its state without programming, then let it age in the environment.

        Nodes follow at the next read.
        """
        words = weight_words(self.chip, weights)
        wl_v = self.chip.programming.set.wl_start_mv * 1e-3
        for k, (geometry, array) in enumerate(
            zip(self.chip.geometry, self._programming.arrays, strict=True)
        ):
            block = words[geometry.word_base : geometry.word_base + geometry.words]
            array.preset(block.reshape(array.shape), wl_v, self._preset_stream(k))
        if self._environment.age_s > 0:
            self.rest(self._environment)

    def _preset_stream(self, layer: int) -> np.random.Generator:
        seed, die = self._origin
        return generator(seed, die, Stream.PRESET, layer)

    def read_all(self, now_s: float) -> None:
        """Read every bank at `now_s` with the reset and pulse of the chip description."""
        reader, clk_s = self.chip.reader, self.chip.clock.clk_period_s
        for bank in range(self.chip.banks):
            self.read_pulse(
                ReadPulse(bank, reader.reset_cycles * clk_s, reader.pulse_cycles * clk_s, now_s)
            )

    def inject_stuck(
        self, layer: int, group: int, row: int, cell: int, resistance_ohm: float
    ) -> None:
        """Fix one cell (lane * bits + bit) at a resistance for good."""
        self._layer_array(layer).stick(group, row, cell, resistance_ohm)

    def age(self, cycles: int) -> None:
        """Let every cell have gone through `cycles` more cycles of SET and RESET."""
        for array in self._programming.arrays:
            array.age(cycles)

    def rest(self, environment: Environment) -> None:
        """Let all cells be left alone for the age of an environment, at its temperature.

        They drift and relax. The circuit takes no part, and no clock advances.
        """
        for array in self._programming.arrays:
            array.rest(environment.age_s, environment.temperature_k)

    def resistances(self, layer: int, now_s: float = 0.0) -> FloatArray:
        """Resistances of a layer at 300 K, float32 (groups, rows, cells), in ohms; infinite: none.

        Cells that were last looked at before `now_s` are looked at then.
        """
        array = self._layer_array(layer)
        groups, rows, _ = array.shape
        array.words(0, groups * rows, now_s)
        return array.resistances().copy()

    def formed(self, layer: int) -> npt.NDArray[np.bool_]:
        """Which cells of a layer are formed, bool (groups, rows, cells)."""
        return self._layer_array(layer).formed.copy()

    def cycles(self, layer: int) -> npt.NDArray[np.uint32]:
        """SET cycles that each cell of a layer has seen, uint32 (groups, rows, cells)."""
        return self._layer_array(layer).cycles.copy()

    def gates(self, layer: int, now_s: float) -> FloatArray:
        """How far the MAC gates of a layer are on at `now_s`, 0..1, float32 (words, cells)."""
        self._layer_array(layer)
        return self._read.gates(layer, now_s)

    def held_v(self, layer: int) -> FloatArray:
        """Held outputs of a layer, float32 (*out_shape), in volts."""
        return self._compute.held_v(layer)

    def held_image(self, layer: int) -> int:
        """Number of the image whose outputs a layer holds; -1: none."""
        return self._compute.held_image(layer)

    def hold_age(self, now_s: float) -> float:
        """Age of the oldest held bank in seconds; infinite if one was never read."""
        return self._read.age_s(now_s)

    def _layer_array(self, layer: int) -> CellArray:
        if not 0 <= layer < len(self._programming.arrays):
            raise InputError(f"layer {layer}, allowed are 0..{len(self._programming.arrays) - 1}")
        return self._programming.arrays[layer]
