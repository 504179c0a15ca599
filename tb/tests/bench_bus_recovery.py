"""A requester that breaks the protocol of the bus: the next access is answered all the same."""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.apb import Access
from tb.drivers.regs import RegsBench
from tb.host.regmap import REGISTERS

MASK = REGISTERS["irq_mask"]
RELAX = REGISTERS["relax"]


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def random_noise_on_the_bus_never_blocks_it(dut: Any) -> None:
    env = RegsBench(dut)
    await env.start()
    reads = [Access(register.address) for register in REGISTERS.values()]
    for round_ in range(200):
        for _ in range(env.rng.randrange(1, 8)):
            phase = env.rng.getrandbits(2)
            await env.bus.phase(phase & 1, phase >> 1, env.rng.choice(reads))
        await env.bus.phase(0, 0, reads[0])
        await env.bus.phase(0, 0, reads[0])
        await env.bus.write(RELAX.address, round_)
        assert await env.bus.read(RELAX.address) == round_


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def enable_without_select_writes_nothing(dut: Any) -> None:
    env = RegsBench(dut)
    await env.start()
    for _ in range(3):
        await env.bus.phase(0, 1, Access(MASK.address, True, 0xFFFFFFFF, 0xF))
    await env.bus.phase(0, 0, Access(0))
    assert await env.bus.read(MASK.address) == 0
