"""Everything around `cnr_inference`: pixel stream, input latches, comparators, labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge

from chips.description import Chip
from chips.geometry import PIXEL_BYTES, image_beats
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.comparators import Decision, decide, random_bits
from tb.drivers.compute_config import ComputeConfig, random_config
from tb.drivers.cycles import ClockReset, cycle_now, middle_of_cycle, wait_cycles
from tb.drivers.labels import Label, LabelMonitor
from tb.drivers.pin_log import PinLog, Strobes
from tb.drivers.stream import StreamSource


class InputLatches:
    """The macro's input latches: `loaded` holds each image at its load pulse."""

    def __init__(self, dut: Any) -> None:
        self._data, self._addr = dut.in_data_o, dut.in_addr_o
        self._write, self._load = dut.in_we_o, dut.in_load_o
        self._latches: dict[int, int] = {}
        self.loaded: list[tuple[int, ...]] = []

    def start(self) -> None:
        """Begin to follow the pins."""
        cocotb.start_soon(self._follow_writes())
        cocotb.start_soon(self._follow_loads())

    async def _follow_writes(self) -> None:
        while True:
            await RisingEdge(self._write)
            await middle_of_cycle()
            while self._write.value:
                assert not self._load.value, "the latches are written while they are loaded"
                self._latches[int(self._addr.value)] = int(self._data.value)
                await wait_cycles()

    async def _follow_loads(self) -> None:
        while True:
            await RisingEdge(self._load)
            self.loaded.append(tuple(self._latches[n] for n in sorted(self._latches)))


class Comparators:
    """Answers each strobe with outputs that are right at the sampling edge alone."""

    def __init__(self, dut: Any, chip: Chip, rng: random.Random) -> None:
        self._strobe, self._outputs = dut.cmp_strobe_o, dut.cmp_i
        self._cycles, self._classes = chip.phases.compare_cycles, chip.chip.classes
        self._rng = rng
        self.decisions: list[Decision] = []

    def start(self) -> None:
        """Begin to answer."""
        cocotb.start_soon(self._run())

    async def _run(self) -> None:
        while True:
            self._outputs.value = random_bits(self._rng, self._classes)
            await RisingEdge(self._strobe)
            bits = random_bits(self._rng, self._classes)
            self.decisions.append(decide(bits, self._classes))
            await middle_of_cycle()
            await wait_cycles(self._cycles - 1)
            self._outputs.value = bits
            await wait_cycles()


class InferenceBench:
    """`cnr_inference`, or a harness with its ports, and all that a test needs around it.

    Attributes
    ----------
    stall
        Chance of a cycle without a beat before each beat of the pixel stream.
    """

    def __init__(self, dut: Any, seed: int) -> None:
        self._dut = dut
        self.rng = random.Random(seed)
        self.chip = chip_under_test()
        self.clock = ClockReset(dut)
        self.stall = 0.0
        self._pixels = StreamSource(dut, "pix", self._idle_cycles)
        self.latches = InputLatches(dut)
        self.comparators = Comparators(dut, self.chip, self.rng)
        self.labels = LabelMonitor(dut, dut.in_load_o)
        self.refused = Strobes(dut.refused_o)
        self.errors = Strobes(dut.frame_err_o)
        self.pins = PinLog(
            {
                "load": dut.in_load_o,
                "reset": dut.int_rst_o,
                "integrate": dut.int_en_o,
                "sample": dut.sample_o,
                "strobe": dut.cmp_strobe_o,
            }
        )
        self.bias_pins = PinLog({"bias": dut.bias_en_o})
        self.config = random_config(self.rng, self.chip)

    @property
    def period(self) -> int:
        """Cycles of a layer clock."""
        return self.chip.clock.layer_period_cycles

    @property
    def image_cycles(self) -> int:
        """Cycles from a load pulse to its label."""
        return (len(self.chip.layers) + 1) * self.period

    async def start(self) -> None:
        """Start the clock and all parts, leave reset with permission and a random configuration."""
        self.configure(self.config)
        self.allow(True)
        await self.clock.start()
        for part in (self.latches, self.comparators, self.labels, self.refused, self.errors):
            part.start()
        self.pins.start()
        self.bias_pins.start()

    def configure(self, config: ComputeConfig) -> None:
        """Drive a configuration."""
        self.config = config
        self._dut.cfg_i.value = config.packed(self.chip)

    def allow(self, allowed: bool) -> None:
        """Give or take the permission to compute."""
        self._dut.allow_i.value = allowed

    def image(self) -> list[int]:
        """Beats of a random image."""
        return [self.rng.getrandbits(8 * PIXEL_BYTES) for _ in range(image_beats(self.chip))]

    async def send(self, beats: Sequence[int], last: int | None = -1) -> None:
        """Send beats, with `last` on the one of that index, or on none.

        Ends in the middle of the cycle after the last beat.
        """
        await self._pixels.send(beats, last)
        await middle_of_cycle()

    def _idle_cycles(self) -> int:
        """Cycles without a beat before the next: any number, each with the chance `stall`."""
        cycles = 0
        while self.rng.random() < self.stall:
            cycles += 1
        return cycles

    def quiet(self) -> int:
        """The flags `layer_quiet_o` of this cycle."""
        return int(self._dut.layer_quiet_o.value)

    def busy(self) -> bool:
        """Whether an image is in the layers."""
        return bool(self._dut.busy_o.value)

    def ready(self) -> bool:
        """Whether a beat would be accepted."""
        return bool(self._dut.pix_ready_o.value)

    def trims(self) -> tuple[int, int]:
        """The pins `cf_sel_o` and `cmp_trim_o`."""
        return int(self._dut.cf_sel_o.value), int(self._dut.cmp_trim_o.value)

    def bias(self) -> int:
        """The pins `bias_en_o`."""
        return int(self._dut.bias_en_o.value)

    def upset_load_state(self) -> None:
        """Put a code that is no state into the state register of the pixel stream."""
        self._dut.u_image_load.state_q.value = 3

    async def load(self) -> int:
        """Wait for the next load pulse, to the middle of its cycle, which is returned."""
        await RisingEdge(self._dut.in_load_o)
        await middle_of_cycle()
        return cycle_now()

    async def tick(self) -> int:
        """Wait for the next tick, to the middle of its cycle, which is returned."""
        await RisingEdge(self._dut.tick_o)
        await middle_of_cycle()
        return cycle_now()

    async def label(self) -> Label:
        """Wait for the next label, to the middle of the cycle after it."""
        count = len(self.labels.seen)
        while len(self.labels.seen) == count:
            await self.tick()
            await wait_cycles()
        return self.labels.seen[-1]

    async def classify(self) -> int:
        """Send one image, wait for its label and check it; the cycle of its load pulse."""
        image = self.image()
        cocotb.start_soon(self.send(image))
        load = await self.load()
        label = await self.label()
        assert self.latches.loaded[-1] == tuple(image), "another image was loaded"
        assert label == Label(load, load + self.image_cycles, self.comparators.decisions[-1])
        return load
