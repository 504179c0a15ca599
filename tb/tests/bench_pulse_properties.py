"""Each test breaks `cnr_pulse` or asks it for nonsense so that the property of its name must fire.

`tb/test_block_properties.py` runs them and looks for the message; a test that ends is a failure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.pulse import Kind, PulseDriver, Request

SET = Request(Kind.SET, wl=170, line=240, width=5)
RESET = Request(Kind.RESET, wl=260, line=280, width=6)
SENSE = Request(Kind.SENSE, wl=180, ref=300)

property_test = cocotb.test(timeout_time=5, timeout_unit="ms")


async def after_a_short_discharge(dut: Any, following: Request) -> None:
    """A pulse whose discharge is cut short, and what follows it."""
    driver = PulseDriver(dut)
    await driver.start()
    prog = driver.chip.programming
    pulse = prog.setup_cycles + prog.wordline_cycles + SET.width + prog.hold_cycles

    def cut(cycle: int) -> None:
        if cycle == pulse + 1:
            driver.upset("count_q", 1)

    await driver.operate(SET, cut)
    await driver.operate(following)


@property_test
async def a2_bled(dut: Any) -> None:
    await after_a_short_discharge(dut, SET)


@property_test
async def a2_dead_time(dut: Any) -> None:
    await after_a_short_discharge(dut, RESET)


@property_test
async def a8_discharged(dut: Any) -> None:
    await after_a_short_discharge(dut, SENSE)


@property_test
async def a4_columns(dut: Any) -> None:
    driver = PulseDriver(dut)
    await driver.start()
    await driver.operate(SENSE._replace(cells=0))


@property_test
async def a4_address(dut: Any) -> None:
    driver = PulseDriver(dut)
    await driver.start()

    def cut(cycle: int) -> None:
        if driver.pins.hv:
            driver.upset("lines_q", 0)

    await driver.operate(SET, cut)
