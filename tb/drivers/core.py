"""The core, its host and simple stand-ins for the cells and the comparators."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import cocotb
from cocotb.simtime import get_sim_time
from cocotb.task import Task
from cocotb.triggers import First, RisingEdge, Timer, ValueChange

from chips.geometry import PIXEL_BYTES, image_beats
from tb.drivers.apb import ApbBus
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, wait_cycles
from tb.drivers.inference import Comparators, InputLatches
from tb.drivers.irq import IrqPin
from tb.drivers.labels import LabelMonitor
from tb.drivers.packed import Layout, pack, unpack
from tb.drivers.stream import StreamSink, StreamSource
from tb.drivers.unknowns import KnownOutputs, UnknownInputs, four_states
from tb.host.codes import LevelWindow, code_ohm
from tb.host.host import Host
from tb.models.programming import Address
from tb.models.simple_cells import Cell, SimpleCells, SimpleMacro

FORM_REF_OHM = code_ohm(860)
LOW_WINDOW = LevelWindow(0, code_ohm(180), 0, code_ohm(200))
HIGH_WINDOW = LevelWindow(code_ohm(620), float("inf"), code_ohm(600), float("inf"))


class CoreBench:
    """`cnr_core` between a host on APB and the pins of a macro.

    Parameters
    ----------
    dut
        The core.
    make
        Makes the cell of a word and place; pristine cells by default.

    Attributes
    ----------
    chip
        The chip that the core was built for.
    host
        The host's software.
    macro
        Cells, and the pulses and senses they felt.
    weights, pixels, read_back
        The streams.
    comparators, latches, labels
        What inference meets at its pins.
    """

    def __init__(
        self,
        dut: Any,
        make: Callable[[Address, int], Cell] = lambda address, place: Cell(),
    ) -> None:
        self._dut = dut
        self._make = make
        self.chip = chip_under_test()
        self.rng = random.Random(cocotb.RANDOM_SEED)
        self._clock = ClockReset(dut)
        self.bus = ApbBus(dut)
        self.weights = StreamSource(dut, "w")
        self.pixels = StreamSource(dut, "pix")
        self.read_back = StreamSink(dut, "rb")
        for handle in (dut.spi_err_i, dut.cmp_i, dut.test_mode_i):
            handle.value = 0
        self.supply(True)
        self.pump(True)

    async def start(self) -> None:
        """Leave reset, and let the host see that this is its chip."""
        await self._clock.start()
        await wait_cycles(5)
        self.host = Host(self.bus, IrqPin(self._dut.irq_o), self.chip)
        self.macro = SimpleMacro(self._dut, SimpleCells(self.chip, self._make))
        self.comparators = Comparators(self._dut, self.chip, self.rng)
        self.latches = InputLatches(self._dut)
        self.labels = LabelMonitor(self._dut, self._dut.in_load_o)
        for part in (self.macro, self.comparators, self.latches, self.labels):
            part.start()
        cocotb.start_soon(self.read_back.run())
        if four_states():
            UnknownInputs(self._dut, self.chip.phases.compare_cycles).start()
            cocotb.start_soon(KnownOutputs(self._dut).watch())
        await self.host.connect()

    async def configured(self) -> None:
        """Start, and write a whole configuration."""
        await self.start()
        await self.reconfigure()

    async def reset(self) -> None:
        """Reset the core; its registers lose everything, the cells nothing."""
        await self._clock.reset()
        await self.host.connect()

    async def reconfigure(self) -> None:
        """Write a whole configuration."""
        await self.host.configure_programming([LOW_WINDOW, HIGH_WINDOW], FORM_REF_OHM)
        layers = len(self.chip.layers)
        await self.host.configure_compute([8] * layers, [1] * layers)

    def renew_cells(self) -> None:
        """Put new cells behind the pins and forget what they felt."""
        self.macro.cells = SimpleCells(self.chip, self._make)
        self.macro.trace.clear()

    async def elapsed_ns(self, work: Coroutine[Any, Any, Any]) -> float:
        """Do something; the simulated time that it took."""
        begin = get_sim_time("ns")
        await work
        return get_sim_time("ns") - begin

    # Flags

    def supply(self, ok: bool) -> None:
        """Drive the supply flag."""
        self._dut.supply_ok_i.value = ok

    def pump(self, ready: bool) -> None:
        """Drive the pump flag."""
        self._dut.pump_rdy_i.value = ready

    def test_mode(self, on: bool) -> None:
        """Drive the test mode pin."""
        self._dut.test_mode_i.value = on

    # Streams

    def send_targets(self, words: Sequence[Mapping[int, int]]) -> Task[None]:
        """Stream the target level of each cell, word by word, in the background."""
        data = [
            pack([word.get(place, 0) for place in range(self.chip.word_cells)], self._levels())
            for word in words
        ]
        return cocotb.start_soon(self.weights.send(data))

    def levels_read(self) -> list[list[int]]:
        """Levels of each word that has come on the read-back stream."""
        return [unpack(word, self._levels()) for word in self.read_back.words]

    def image(self) -> list[int]:
        """Beats of a random image."""
        return [self.rng.getrandbits(8 * PIXEL_BYTES) for _ in range(image_beats(self.chip))]

    # Pins

    async def pulse_starts(self) -> None:
        """Wait for high voltage."""
        await RisingEdge(self._dut.hv_en_o)

    async def tick(self) -> None:
        """Wait for the next layer clock."""
        await RisingEdge(self._dut.tick_o)

    @property
    def high_voltage(self) -> bool:
        """Whether high voltage is enabled."""
        return bool(self._dut.hv_en_o.value)

    async def high_voltage_at_macro(self, duration_ns: int) -> list[bool]:
        """Every value of enabled and not killed high voltage from now on, the present one first."""
        pins = self._dut.hv_en_o, self._dut.hv_kill_no
        seen: list[bool] = []

        async def watch() -> None:
            while True:
                on = all(pin.value for pin in pins)
                if [on] != seen[-1:]:
                    seen.append(on)
                await First(*(ValueChange(pin) for pin in pins))

        watching = cocotb.start_soon(watch())
        await Timer(duration_ns, "ns")
        watching.cancel()
        return seen

    @property
    def programming(self) -> bool:
        """Whether a programming operation runs."""
        return bool(self._dut.programming.value)

    @property
    def killed(self) -> bool:
        """Whether the macro is told to switch all drivers off."""
        return not self._dut.hv_kill_no.value

    def _levels(self) -> Layout:
        return (self.chip.pins.level,) * self.chip.word_cells
