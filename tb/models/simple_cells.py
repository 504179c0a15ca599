"""Cells with thresholds instead of physics, and the macro pins around them.

The stand-in of the unit benches: every property of a cell can be set, nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.triggers import FallingEdge, RisingEdge, Timer
from cocotb.utils import get_sim_time

from chips.description import Chip
from tb.models.programming import Address, Pulse, Sense, existing_cells

PRISTINE = 950  # reference code of a cell that was never formed


@dataclass
class Cell:
    """One cell; resistances are reference codes.

    Parameters
    ----------
    code
        Resistance.
    low, high
        Where a SET and a RESET end.
    formed
        Whether it was ever formed; a cell that was not reacts to FORM only.
    form_line, form_wl, set_line, set_wl, reset_line, reset_wl
        DAC codes that it takes.
    min_width
        Clocks that it takes.
    set_step, reset_step
        Codes per pulse; None goes to the end at once.
    stuck
        Nothing changes it.
    flips
        Numbers of the reads that come out wrong, from 0.
    """

    code: int = PRISTINE
    low: int = 120
    high: int = 760
    formed: bool = False
    form_line: int = 260
    form_wl: int = 140
    set_line: int = 240
    set_wl: int = 170
    reset_line: int = 260
    reset_wl: int = 250
    min_width: int = 1
    set_step: int | None = None
    reset_step: int | None = None
    stuck: bool = False
    flips: frozenset[int] = frozenset()
    reads: int = 0

    def pulse(self, reset: bool, wl: int, line: int, width: int) -> None:
        """Feel one pulse."""
        if self.stuck or width < self.min_width:
            return
        if not self.formed:
            if not reset and line >= self.form_line and wl >= self.form_wl:
                self.formed, self.code = True, self.low
        elif reset:
            if line >= self.reset_line and wl >= self.reset_wl:
                self.code = self._moved(self.high, self.reset_step)
        elif line >= self.set_line and wl >= self.set_wl:
            self.code = self._moved(self.low, self.set_step)

    def sense(self, ref: int) -> bool:
        """Whether the resistance reads above a reference."""
        wrong = self.reads in self.flips
        self.reads += 1
        return (self.code > ref) != wrong

    def _moved(self, end: int, step: int | None) -> int:
        if step is None:
            return end
        return self.code + step if end > self.code else self.code - step


class SimpleCells:
    """The cells of a chip, made when they are first touched.

    Parameters
    ----------
    chip
        Says which cells exist; driving or sensing another is an error. Kept as an attribute.
    make
        Makes the cell of an address and a place in the word.
    """

    def __init__(self, chip: Chip, make: Callable[[Address, int], Cell]) -> None:
        self.chip = chip
        self._make = make
        self._words: dict[Address, dict[int, Cell]] = {}

    def word(self, address: Address) -> dict[int, Cell]:
        """Cells of one word by their place."""
        if address not in self._words:
            places = sorted(existing_cells(self.chip, address))
            self._words[address] = {place: self._make(address, place) for place in places}
        return self._words[address]

    def pulse(self, pulse: Pulse) -> None:
        """Apply one pulse."""
        word = self.word(pulse.address)
        for place in pulse.cells:
            word[place].pulse(pulse.reset, pulse.wl, pulse.line, pulse.width)

    def sense(self, sense: Sense) -> frozenset[int]:
        """The sensed cells that read above the reference."""
        word = self.word(sense.address)
        return frozenset(place for place in sorted(sense.cells) if word[place].sense(sense.ref))


class SimpleMacro:
    """Puts cells behind the macro pins of a design; wakes at high voltage and sense strobes only.

    Parameters
    ----------
    dut
        The design.
    cells
        The cells.
    sense_ns
        Time from a sense strobe to ready; None never answers.

    Attributes
    ----------
    trace
        Every pulse and sense in order.
    """

    def __init__(self, dut: Any, cells: SimpleCells) -> None:
        self._dut = dut
        self.cells = cells
        self._clk_ns = cells.chip.clock.clk_period_ns
        self.sense_ns: int | None = 45
        self.trace: list[Pulse | Sense] = []
        dut.sense_i.value = 0
        dut.sense_rdy_i.value = 0

    @property
    def pulses(self) -> list[Pulse]:
        """The pulses of the trace."""
        return [event for event in self.trace if isinstance(event, Pulse)]

    def start(self) -> None:
        """Watch the pins."""
        cocotb.start_soon(self._watch_pulses())
        cocotb.start_soon(self._watch_senses())

    async def _watch_pulses(self) -> None:
        rise, fall = RisingEdge(self._dut.hv_en_o), FallingEdge(self._dut.hv_en_o)
        while True:
            await rise
            begin = get_sim_time("ns")
            pulse = self._pulse_at_pins()
            await fall
            clocks = round((get_sim_time("ns") - begin) / self._clk_ns)
            pulse = pulse._replace(width=clocks)
            self.trace.append(pulse)
            self.cells.pulse(pulse)

    async def _watch_senses(self) -> None:
        rise, fall = RisingEdge(self._dut.sense_en_o), FallingEdge(self._dut.sense_en_o)
        while True:
            await rise
            sense = self._sense_at_pins()
            self.trace.append(sense)
            if self.sense_ns is None:
                continue
            above = self.cells.sense(sense)
            await Timer(self.sense_ns, "ns")
            self._dut.sense_i.value = sum(1 << place for place in above)
            self._dut.sense_rdy_i.value = 1
            if self._dut.sense_en_o.value:
                await fall
            self._dut.sense_rdy_i.value = 0

    def _address(self) -> Address:
        dut = self._dut
        pins = (dut.prog_layer_o, dut.prog_group_o, dut.prog_row_o)
        return Address(*(int(pin.value) for pin in pins))

    def _pulse_at_pins(self) -> Pulse:
        dut = self._dut
        assert dut.wl_en_o.value, "high voltage without a word line"
        reset = bool(dut.polarity_o.value)
        bit_lines, source_lines = int(dut.bl_en_o.value), int(dut.sl_en_o.value)
        assert not (bit_lines if reset else source_lines), "columns of both polarities"
        columns, line = (source_lines, dut.sl_dac_o) if reset else (bit_lines, dut.bl_dac_o)
        wl = int(dut.wl_dac_o.value)
        return Pulse(self._address(), _places(columns), reset, wl, int(line.value), 0)

    def _sense_at_pins(self) -> Sense:
        dut = self._dut
        assert dut.wl_en_o.value, "a sense without a word line"
        assert not dut.sl_en_o.value, "a sense with source lines"
        cells = _places(int(dut.bl_en_o.value))
        return Sense(self._address(), cells, int(dut.wl_dac_o.value), int(dut.sense_ref_o.value))


def _places(bits: int) -> frozenset[int]:
    return frozenset(place for place in range(bits.bit_length()) if bits >> place & 1)
