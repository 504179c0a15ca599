"""Drives every pin and role of the sequence checker: a controller that does as it is told.

Times are in cycles of the chip's clock; nothing here has a clock pin.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cocotb.triggers import Timer

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import period_ps
from tb.models.programming import Address

RISEN = {"hv_kill_n", "bleed_en", "pump_rdy", "rst_n", "supply_ok"}
PINS = """hv_kill_n prog_layer prog_group prog_row bl_en sl_en wl_en wl_dac bl_dac sl_dac polarity
    hv_en bleed_en sense_en sense_ref sense sense_rdy pump_rdy rd_bank rd_rst rd_pulse in_load
    int_rst int_en sample bias_en cmp_strobe rst_n supply_ok stop start busy done error word_start
    cell_failed illegal unverified forming alarm""".split()
WORD = Address(1, 0, 3)
REF = 400


class Timing(NamedTuple):
    """Cycles from one step of a pulse or a sense to the next."""

    setup: float
    wordline: float
    hold: float
    discharge: float
    sense_setup: float
    strobe: float


class Pulse(NamedTuple):
    """One pulse: cells, word line, bit or source line, width in cycles."""

    cells: int = 0b1
    wl: int = 170
    line: int = 240
    width: int = 5
    reset: bool = False


SET = Pulse()
RESET = Pulse(wl=250, line=260, reset=True)
FORM = Pulse(wl=140, line=310)


class SequencePins:
    """The ports of `cnr_sequence_tb`.

    Attributes
    ----------
    chip
        The chip it was built for.
    timing
        The shortest times that the chip allows.
    word
        Where the next pulses and senses are.
    width_max
        The longest pulse.
    """

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self.chip = chip_under_test()
        prog = self.chip.programming
        self.timing = Timing(
            prog.setup_cycles,
            prog.wordline_cycles,
            prog.hold_cycles,
            prog.discharge_cycles,
            prog.sense_setup_cycles,
            3,
        )
        self.word = WORD
        self.width_max = prog.ceilings.width_ns // self.chip.clock.clk_period_ns
        self.set(**{pin: int(pin in RISEN - {"rst_n"}) for pin in PINS})
        self.set(bias_en=self.layers)

    @property
    def layers(self) -> int:
        """A mask of all layers."""
        return (1 << len(self.chip.layers)) - 1

    def set(self, **pins: int) -> None:
        """Drive pins by their name without direction."""
        for name, value in pins.items():
            port = f"{name[:-2]}_ni" if name.endswith("_n") else f"{name}_i"
            getattr(self._dut, port).value = value

    async def wait(self, cycles: float = 1) -> None:
        """Let time pass."""
        if cycles:
            await Timer(round(cycles * period_ps()), "ps")

    async def start(self) -> None:
        """Leave reset."""
        await self.wait(2)
        self.set(rst_n=1)
        await self.wait(2)

    async def strobe(self, name: str, cycles: int = 1, **pins: int) -> None:
        """Raise one pin for some cycles; other pins change with it and stay."""
        self.set(**{name: 1}, **pins)
        await self.wait(cycles)
        self.set(**{name: 0})

    # Commands and words

    async def command(self, **roles: int) -> None:
        """A command is accepted and runs."""
        await self.strobe("start")
        self.set(busy=1, **roles)
        await self.wait()

    async def finish(self, error: int = 0) -> None:
        """It is over."""
        self.set(error=error, busy=0)
        await self.strobe("done")
        self.set(forming=0, unverified=0)
        await self.wait()

    async def begin(self, word: Address = WORD) -> None:
        """A word operation begins."""
        self.word = word
        await self.strobe("word_start")

    # One operation

    async def select(self, timing: Timing, columns: int, **codes: int) -> None:
        """Address, codes and columns, then the word line."""
        layer, group, row = self.word
        side = "sl_en" if codes.get("polarity") else "bl_en"
        self.set(prog_layer=layer, prog_group=group, prog_row=row, **codes)
        self.set(bleed_en=0, **{side: columns})
        await self.wait(timing.setup)
        self.set(wl_en=1)

    async def release(self, cycles: float) -> None:
        """All drivers off and bled."""
        self.set(wl_en=0, bl_en=0, sl_en=0, bleed_en=1)
        await self.wait(cycles)

    async def rise(self, pulse: Pulse, timing: Timing | None = None) -> None:
        """The first part of a pulse, up to high voltage."""
        timing = timing or self.timing
        line = {"sl_dac" if pulse.reset else "bl_dac": pulse.line}
        codes = {"bl_dac": 0, "sl_dac": 0, **line, "wl_dac": pulse.wl}
        await self.select(timing, pulse.cells, **codes, polarity=int(pulse.reset))
        await self.wait(timing.wordline)
        self.set(hv_en=1)

    async def fall(self, timing: Timing | None = None) -> None:
        """The last part of a pulse."""
        timing = timing or self.timing
        self.set(hv_en=0)
        await self.wait(timing.hold)
        await self.release(timing.discharge)

    async def pulse(self, pulse: Pulse = SET, timing: Timing | None = None) -> None:
        """One pulse and its discharge."""
        await self.rise(pulse, timing)
        await self.wait(pulse.width)
        await self.fall(timing)

    async def strobed(self, cells: int = 1, timing: Timing | None = None, **codes: int) -> None:
        """The first part of a sense, up to its strobe."""
        timing = timing or self.timing
        codes = {"wl_dac": 180, "bl_dac": 0, "sl_dac": 0, "polarity": 0, "sense_ref": REF} | codes
        await self.select(timing, cells, **codes)
        await self.wait(timing.sense_setup)
        self.set(sense_en=1)

    async def answered(self, answer: int) -> None:
        """The last part of a sense."""
        await self.wait(self.timing.strobe)
        self.set(sense=answer, sense_rdy=1)
        await self.wait(1)
        self.set(sense_en=0, sense_rdy=0)
        await self.release(1)

    async def sense(
        self, answer: int, cells: int = 1, timing: Timing | None = None, **codes: int
    ) -> None:
        """One sense with its answer."""
        await self.strobed(cells, timing, **codes)
        await self.answered(answer)

    # Whole procedures

    async def moved(self, pulse: Pulse) -> None:
        """Read, one pulse, and two reads in a row where it went."""
        before, after = (0, pulse.cells) if pulse.reset else (pulse.cells, 0)
        await self.sense(before, pulse.cells)
        await self.pulse(pulse)
        await self.sense(after, pulse.cells)
        await self.sense(after, pulse.cells)

    async def formed(self, cells: int = 1) -> None:
        """FORM and the RESET after it."""
        await self.moved(FORM._replace(cells=cells))
        await self.moved(RESET._replace(cells=cells))

    async def read_bank(self, bank: int) -> None:
        """Read one bank into its storage nodes."""
        reader = self.chip.reader
        self.set(rd_bank=bank)
        await self.wait(reader.setup_cycles)
        await self.strobe("rd_rst", reader.reset_cycles)
        await self.wait(reader.gap_cycles)
        await self.strobe("rd_pulse", reader.pulse_cycles)
        await self.wait(reader.gap_cycles)

    async def read_banks(self) -> None:
        """Read all cells."""
        for bank in range(self.chip.banks):
            await self.read_bank(bank)

    async def layer(self, number: int) -> None:
        """The phases of one layer."""
        await self.layers_together(1 << number)

    async def layers_together(self, layers: int) -> None:
        """The phases of these layers."""
        for phase in ("int_rst", "int_en", "sample"):
            await self.phase(phase, layers)

    async def phase(self, name: str, layers: int) -> None:
        """One phase of these layers and the gap after it."""
        self.set(**{name: layers})
        await self.wait(4)
        self.set(**{name: 0})
        await self.wait(1)

    async def infer(self) -> None:
        """One image from its load to the comparators."""
        await self.strobe("in_load")
        for number in range(len(self.chip.layers)):
            await self.layer(number)
        await self.strobe("cmp_strobe")

    async def infer_pipelined(self, images: int) -> None:
        """Images one behind the other, each loaded as the layers start with those before it."""
        stages, limit = 0, 2 << len(self.chip.layers)
        for clock in range(images + len(self.chip.layers)):
            stages = (stages << 1) % limit
            if clock < images:
                stages |= 1
                self.set(in_load=1)
            self.set(int_rst=stages >> 1)
            await self.wait(1)
            self.set(in_load=0)
            await self.layers_together(stages >> 1)
            if stages & limit >> 1:
                await self.strobe("cmp_strobe")
