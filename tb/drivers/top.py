"""The whole chip with a host on its SPI pins, and a macro that answers what the test says."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Timer

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, wait_cycles
from tb.drivers.irq import IrqPin
from tb.drivers.spi import SpiBus, SpiPins
from tb.drivers.stream import StreamSink, StreamSource
from tb.host.host import Host


class TopBench:
    """`cnr_top` with the simulation macro.

    Parameters
    ----------
    dut
        The chip.
    divisor
        System clocks per SCK.

    Attributes
    ----------
    chip
        The chip it was built for.
    spi
        The bus.
    read_back
        The read-back stream.
    """

    def __init__(self, dut: Any, divisor: int = 8) -> None:
        self._dut = dut
        self.chip = chip_under_test()
        self._clk_ns = self.chip.clock.clk_period_ns
        self._clock = ClockReset(dut)
        self.irq = IrqPin(dut.irq_o)
        pins = SpiPins(dut.spi_sclk_i, dut.spi_cs_ni, dut.spi_mosi_i, dut.spi_miso_o)
        self.spi = SpiBus(pins, self._clk_ns, divisor)
        self.weights, self.pixels = StreamSource(dut, "w"), StreamSource(dut, "pix")
        self.read_back = StreamSink(dut, "rb")
        dut.supply_ok_i.value = 1
        dut.test_mode_i.value = 0
        dut.u_chip.u_macro.cmp_model.value = 0
        self.pump(True)
        self.sense(0)

    async def start(self) -> None:
        """Leave reset and take what is read back."""
        await self._clock.start()
        await wait_cycles(5)
        cocotb.start_soon(self.read_back.run())

    async def reset_released_at(self, phase_ns: int) -> None:
        """Reset, and release it at some time within a clock."""
        await self._clock.reset()
        self._dut.rst_ni.value = 0
        await Timer(self._clk_ns + phase_ns, "ns")
        self._dut.rst_ni.value = 1
        await Timer(5 * self._clk_ns - phase_ns, "ns")

    def host(self) -> Host:
        """A host that expects this chip."""
        return Host(self.spi, self.irq, self.chip)

    def sense(self, cells: int) -> None:
        """What the sense amplifiers answer from now on."""
        self._dut.u_chip.u_macro.sense_model.value = cells

    def pump(self, ready: bool) -> None:
        """Drive the pump-ready pin of the macro."""
        self._dut.u_chip.u_macro.pump_model.value = ready
