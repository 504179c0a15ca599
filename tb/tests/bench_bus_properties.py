"""Each test breaks the protocol of the bus so that the property of its name fires."""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.apb import Access, ApbBus
from tb.drivers.regs import RegsBench
from tb.host.regmap import REGISTERS

property_test = cocotb.test(timeout_time=1, timeout_unit="ms")

READ = Access(REGISTERS["id"].address)
IDLE = (0, 0, READ)
SETUP = (1, 0, READ)
ENABLED = (1, 1, READ)


async def phases(dut: Any, *steps: tuple[int, int, Access]) -> None:
    """Clocks of the bus after a start."""
    env = RegsBench(dut)
    await env.start()
    bus: ApbBus = env.bus
    for step in (*steps, IDLE, IDLE):
        await bus.phase(*step)


@property_test
async def apb_selected(dut: Any) -> None:
    await phases(dut, SETUP, IDLE)


@property_test
async def apb_phases(dut: Any) -> None:
    await phases(dut, ENABLED)


@property_test
async def apb_stable(dut: Any) -> None:
    await phases(dut, SETUP, (1, 1, READ._replace(address=REGISTERS["control"].address)))


@property_test
async def apb_read_strobes(dut: Any) -> None:
    await phases(dut, (1, 0, READ._replace(strobe=1)))
