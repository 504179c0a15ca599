"""Each test breaks the program lock so that the property of its name fires."""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.host.host import UNLOCK_KEYS
from tb.tests.bench_lock import started

property_test = cocotb.test(timeout_time=1, timeout_unit="ms")


@property_test
async def a18_key(dut: Any) -> None:
    await started(dut)
    dut.unlocked_q.value = 1
    await wait_cycles(5)


@property_test
async def a18_opens(dut: Any) -> None:
    lock = await started(dut)
    await lock.write(*UNLOCK_KEYS)
    dut.unlocked_q.value = 0
    await wait_cycles(5)
