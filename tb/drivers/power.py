"""Supply, pump and high voltage as `cnr_power_guard` sees them, at any time within a cycle."""

from __future__ import annotations

from typing import Any

from tb.drivers.cycles import ClockReset, wait_cycles
from tb.drivers.pin_log import Strobes


class PowerBench:
    """`cnr_power_guard` and all that a test needs around it."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self.clock = ClockReset(dut)
        self.brown_outs = Strobes(dut.brown_out_o)

    async def start(self, powered: bool = True) -> None:
        """Leave reset, by default with supply and pump there for long enough."""
        self.supply(powered)
        self.pump(powered)
        self.test_mode(False)
        self.high_voltage(False)
        await self.clock.start()
        self.brown_outs.start()
        await wait_cycles(5)

    def supply(self, ok: bool) -> None:
        """Drive the supply flag."""
        self._dut.supply_ok_async_i.value = ok

    def pump(self, ready: bool) -> None:
        """Drive the pump flag."""
        self._dut.pump_rdy_i.value = ready

    def test_mode(self, on: bool) -> None:
        """Drive the test mode pin."""
        self._dut.test_mode_i.value = on

    def high_voltage(self, on: bool) -> None:
        """Drive the high-voltage enable."""
        self._dut.hv_en_i.value = on

    def reset(self, on: bool) -> None:
        """Drive the reset."""
        self._dut.rst_ni.value = not on

    def killed(self) -> bool:
        """Whether the macro is told to switch all drivers off."""
        return not self._dut.hv_kill_no.value

    def flags(self) -> tuple[bool, bool]:
        """The flags `supply_ok_o` and `pump_ok_o`."""
        return bool(self._dut.supply_ok_o.value), bool(self._dut.pump_ok_o.value)

    def watchdog(self) -> bool:
        """The watchdog level."""
        return bool(self._dut.watchdog_o.value)
