"""Drives `cnr_pulse` and plays the macro behind it. Works in the middle of a cycle."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, wait_cycles
from tb.drivers.prog_structs import ProgStructs
from tb.host.regmap import ProgErr
from tb.models.programming import Address


class Kind(IntEnum):
    """Values of `pulse_kind_e`."""

    SENSE = 0
    FORM = 1
    SET = 2
    RESET = 3


class Request(NamedTuple):
    """An electrical operation; `line` and `width` of a pulse, `ref` of a sense."""

    kind: Kind
    address: Address = Address(1, 0, 5)
    cells: int = 0b1011
    wl: int = 180
    line: int = 0
    width: int = 0
    ref: int = 0


class Pins(NamedTuple):
    """What is at the macro in one cycle."""

    hv: int
    wl: int
    bl: int
    sl: int
    sense: int
    bleed: int
    address: Address
    wl_dac: int
    bl_dac: int
    sl_dac: int
    polarity: int
    ref: int


IDLE = Pins(0, 0, 0, 0, 0, 1, Address(0, 0, 0), 0, 0, 0, 0, 0)


class Cycle(NamedTuple):
    """One cycle of an operation."""

    pins: Pins
    ready: int
    done: int
    error: ProgErr


class PulseDriver:
    """Everything of `cnr_pulse_tb`.

    Attributes
    ----------
    chip
        The chip it was built for; known after `start`.
    sense_latency
        Cycles from the strobe to ready; None never answers.
    sense_bits
        What the cells answer.
    """

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._clock = ClockReset(dut)
        self.sense_latency: int | None = 0
        self.sense_bits = 0
        self._strobed = 0
        for name in ("req_valid", "req", "sense_trim", "stop", "watchdog", "sense", "sense_rdy"):
            getattr(dut, f"{name}_i").value = 0
        dut.supply_ok_i.value = 1
        dut.pump_ok_i.value = 1

    async def start(self) -> None:
        """Start the clock and reset the design."""
        await self._clock.start()
        await wait_cycles(2)
        self.chip = chip_under_test()
        self._structs = ProgStructs(self.chip)

    def flag(self, name: str, value: int) -> None:
        """Set stop, supply_ok, pump_ok, watchdog, sense_trim or sense_rdy."""
        getattr(self._dut, f"{name}_i").value = value

    def upset(self, register: str, value: int) -> None:
        """Overwrite a register."""
        getattr(self._dut.dut, register).value = value

    @property
    def sense(self) -> int:
        """The latched sense bits."""
        return int(self._dut.sense_o.value)

    async def operate(
        self,
        request: Request,
        act: Callable[[int], None] = lambda cycle: None,
        limit: int = 8000,
    ) -> list[Cycle]:
        """Do one operation; every cycle from the accepting one to that of done.

        `act` is called in the middle of each cycle, before the edge that ends it.
        """
        self._dut.req_i.value = self._structs.request(*request)
        self._dut.req_valid_i.value = 1
        cycles: list[Cycle] = []
        while len(cycles) < limit:
            cycles.append(self._cycle())
            act(len(cycles) - 1)
            self._answer()
            done = self._dut.done_o.value
            await wait_cycles()
            self._dut.req_valid_i.value = 0
            if done:
                return cycles
        raise AssertionError(f"not done after {limit} cycles")

    def _answer(self) -> None:
        """Be the sense amplifiers."""
        self._strobed = self._strobed + 1 if self._dut.sense_en_o.value else 0
        ready = self.sense_latency is not None and self._strobed > self.sense_latency
        self._dut.sense_rdy_i.value = ready
        self._dut.sense_i.value = self.sense_bits if ready else 0

    def _cycle(self) -> Cycle:
        dut = self._dut
        return Cycle(
            self.pins,
            int(dut.req_ready_o.value),
            int(dut.done_o.value),
            ProgErr(int(dut.err_o.value)),
        )

    @property
    def pins(self) -> Pins:
        """What is at the macro now."""
        dut = self._dut
        lines = (dut.hv_en_o, dut.wl_en_o, dut.bl_en_o, dut.sl_en_o, dut.sense_en_o, dut.bleed_en_o)
        word = (dut.prog_layer_o, dut.prog_group_o, dut.prog_row_o)
        codes = (dut.wl_dac_o, dut.bl_dac_o, dut.sl_dac_o, dut.polarity_o, dut.sense_ref_o)
        hv, wl, bl, sl, sense, bleed = (int(pin.value) for pin in lines)
        address = Address(*(int(pin.value) for pin in word))
        wl_dac, bl_dac, sl_dac, polarity, ref = (int(pin.value) for pin in codes)
        return Pins(hv, wl, bl, sl, sense, bleed, address, wl_dac, bl_dac, sl_dac, polarity, ref)
