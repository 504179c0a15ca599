"""The chip of a scenario and all around it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import cocotb
from cocotb.task import Task
from cocotb.triggers import Timer

from chips.description import Chip
from tb.drivers.cycles import cycle_now
from tb.drivers.packed import pack, unpack
from tb.drivers.pulse_recorder import PulseRecorder
from tb.env import ChipEnv, level_windows
from tb.host.prog_config import write_prog_config
from tb.models.chip_config import chip_config
from tb.models.programming import Address, ProgConfig
from tb.regress.conditions import Conditions, draw_conditions
from tb.regress.journal import Journal

Targets = Mapping[Address, Mapping[int, int]]
"""Target level of each cell, word by word."""

PAUSES = (1, 5, 300)  # clocks by which a beat of a stream is late


class Rig:
    """A chip under a host, with what a scenario keeps in mind about it.

    Parameters
    ----------
    dut
        The chip with its macro, recorder and trace hash.
    chip
        Its description.
    seed
        Seed of everything that is drawn.

    Attributes
    ----------
    config
        The programming configuration in the registers.
    wear
        What the endurance counts were when they were last read, and the limit.
    read_locked
        Whether reading back is locked.
    """

    def __init__(self, dut: Any, chip: Chip, seed: int) -> None:
        self.rng = random.Random(seed)
        self._pauses = random.Random(seed)
        self.chip = chip
        self.conditions: Conditions = draw_conditions(self.rng, chip)
        self.journal = Journal(chip=chip.name, device=self.conditions.device.name)
        macro = self.conditions.macro(chip, seed)
        divisor, pause = self.conditions.divisor, self._pause
        self.env = ChipEnv(dut, chip, macro, divisor=divisor, pause=pause)
        self.host, self.macro = self.env.host, macro
        self.recorder = PulseRecorder(dut.u_chip.u_macro.u_recorder, chip)
        self.config = self.usual_config()
        self.wear = [0] * sum(geometry.groups for geometry in chip.geometry)
        self.wear_limit = chip.programming.endurance_cycles
        self.read_locked = False

    def usual_config(self) -> ProgConfig:
        """The configuration that follows from the chip and its cells."""
        device = self.conditions.device
        return chip_config(self.chip, level_windows(device), device.form_pass_ohm)

    async def start(self) -> None:
        """Power up, configure, and begin to watch."""
        self.env.set_sense_latency(self.conditions.sense_ns)
        await self.env.start()
        self.recorder.start()
        cocotb.start_soon(self.env.read_back.run())
        await self._set_up()

    async def reset(self, cycles: int) -> None:
        """Reset the chip, and let the host write again all that it had written."""
        await self.env.clock.reset(cycles)
        await Timer(1, "us")
        self.read_locked = False
        await self._set_up()

    async def configure(self, config: ProgConfig) -> None:
        """Write a programming configuration."""
        self.config = config
        await write_prog_config(self.host, config)

    async def limit_wear(self, cycles: int) -> None:
        """Write the endurance limit."""
        self.wear_limit = cycles
        await self.host.write("endurance_limit", cycles=cycles)

    async def lock_read_back(self) -> None:
        """Let nobody read the weights until the next reset."""
        self.read_locked = True
        await self.host.lock_read_back()

    async def _set_up(self) -> None:
        await self.host.connect()
        await self.host.disable_inference()
        await self.configure(self.config)
        await self.limit_wear(self.wear_limit)
        await self._restore_wear()

    async def _restore_wear(self) -> None:
        """The host keeps the counts; what a reset has cut short it has to look up at the cells."""
        cells = self.cell_cycles()
        self.wear = [max(pair) for pair in zip(self.wear, cells, strict=True)]
        await self.host.restore_endurance(self.wear)

    def cell_cycles(self) -> list[int]:
        """The most SET cycles that a cell of each group has seen."""
        layers = range(len(self.chip.layers))
        return [int(group.max()) for layer in layers for group in self.macro.cycles(layer)]

    # Streams

    def feed(self, targets: Targets, order: Sequence[Address]) -> Task[None]:
        """Offer the targets of some words to the weight stream; cancel it to stop."""
        layout = (self.chip.pins.level,) * self.chip.word_cells
        cells = range(self.chip.word_cells)
        words = [pack([targets[word].get(c, 0) for c in cells], layout) for word in order]
        return cocotb.start_soon(self.env.weights.send(words))

    def read_back(self, begin: int) -> list[dict[int, int]]:
        """Levels of the words that were read back, from number `begin` on."""
        layout = (self.chip.pins.level,) * self.chip.word_cells
        return [dict(enumerate(unpack(w, layout))) for w in self.env.read_back.words[begin:]]

    def _pause(self) -> int:
        late = self._pauses.random() < self.conditions.stall
        return self._pauses.choice(PAUSES) if late else 0

    # Time

    async def some_time(self, longest_ns: int = 160_000) -> None:
        """Wait for any time from 50 ns on, short ones as likely as long ones."""
        await Timer(int(50 * (longest_ns / 50) ** self.rng.random()), "ns")

    def finish(self) -> Journal:
        """The journal at the end."""
        self.journal.cycles = cycle_now()
        return self.journal
