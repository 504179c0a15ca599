"""Everything around `cnr_inference`: pixel stream, input latches, comparators, labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import cocotb
from cocotb.triggers import RisingEdge, Timer

from chips.description import Chip
from chips.geometry import PIXEL_BYTES, image_beats
from tb.drivers.comparators import Decision, decide, random_bits
from tb.drivers.compute_config import ComputeConfig, chip_with_layers, random_config
from tb.drivers.cycles import HALF_PS, PERIOD_PS, ClockReset, cycle_now, wait_cycles
from tb.drivers.pin_log import PinLog, Strobes


class Label(NamedTuple):
    """A label and the cycle of its strobe."""

    cycle: int
    decision: Decision


class PixelSource:
    """Drives the pixel stream beat by beat.

    Parameters
    ----------
    stall
        Chance of a cycle without a beat before each beat.
    """

    def __init__(self, dut: Any, rng: random.Random, stall: float = 0.0) -> None:
        self._valid, self._ready = dut.pix_valid_i, dut.pix_ready_o
        self._data, self._last = dut.pix_data_i, dut.pix_last_i
        self._rng = rng
        self.stall = stall
        self._valid.value = 0

    async def send(self, beats: Sequence[int], last: int | None = -1) -> None:
        """Send beats, with `last` on the one of that index, or on none."""
        marked = None if last is None else last % len(beats)
        for index, beat in enumerate(beats):
            while self._rng.random() < self.stall:
                await self._idle()
            self._data.value = beat
            self._last.value = index == marked
            self._valid.value = 1
            while not self._ready.value:
                await wait_cycles()
            await wait_cycles()
            self._valid.value = 0

    async def _idle(self) -> None:
        self._last.value = self._rng.getrandbits(1)
        self._data.value = self._rng.getrandbits(8 * PIXEL_BYTES)
        await wait_cycles()


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
            await Timer(HALF_PS, "ps")
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
            await Timer((self._cycles - 1) * PERIOD_PS + HALF_PS, "ps")
            self._outputs.value = bits
            await wait_cycles()


class Labels:
    """Every label that is given."""

    def __init__(self, dut: Any) -> None:
        self._valid, self._label = dut.label_valid_o, dut.label_o
        self._ambiguous, self._tick = dut.label_ambiguous_o, dut.tick_o
        self.seen: list[Label] = []

    def start(self) -> None:
        """Begin to watch."""
        cocotb.start_soon(self._run())

    async def _run(self) -> None:
        while True:
            await RisingEdge(self._valid)
            await Timer(HALF_PS, "ps")
            assert self._tick.value, "a label without a tick"
            decision = Decision(int(self._label.value), bool(self._ambiguous.value))
            self.seen.append(Label(cycle_now(), decision))
            await wait_cycles()
            assert not self._valid.value, "label_valid_o for more than one cycle"


class InferenceBench:
    """`cnr_inference`, or a harness with its ports, and all that a test needs around it."""

    def __init__(self, dut: Any, seed: int) -> None:
        self._dut = dut
        self.rng = random.Random(seed)
        self.chip = chip_with_layers(len(dut.int_en_o))
        self.clock = ClockReset(dut)
        self.pixels = PixelSource(dut, self.rng)
        self.latches = InputLatches(dut)
        self.comparators = Comparators(dut, self.chip, self.rng)
        self.labels = Labels(dut)
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
        await Timer(HALF_PS, "ps")
        return cycle_now()

    async def tick(self) -> int:
        """Wait for the next tick, to the middle of its cycle, which is returned."""
        await RisingEdge(self._dut.tick_o)
        await Timer(HALF_PS, "ps")
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
        cocotb.start_soon(self.pixels.send(image))
        load = await self.load()
        label = await self.label()
        assert self.latches.loaded[-1] == tuple(image), "another image was loaded"
        assert label == Label(load + self.image_cycles, self.comparators.decisions[-1])
        return load
