from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer_cases import WORD, changed, mixed, started
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address

LAST = Address(1, 0, 4)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_abort_or_a_dip_of_the_supply_ends_a_suspended_operation(dut: Any) -> None:
    env = await started(dut, mixed)
    programmer = env.programmer
    for flag, error in (("abort", ProgErr.ABORTED), ("supply_ok", ProgErr.SUPPLY)):
        await programmer.command(ProgOp.CYCLE, WORD, LAST)
        assert await programmer.done() is ProgErr.LIMIT
        programmer.configure(changed(programmer.config, test_cycles=3))
        await programmer.command(ProgOp.CYCLE, WORD, LAST)
        await programmer.pulse_starts()
        await programmer.strobe("suspend")
        while not programmer.suspended:
            await wait_cycles()
        if flag == "abort":
            await programmer.strobe("abort")
        else:
            programmer.set_flag(flag, 0)
        assert await programmer.done() is error
        programmer.set_flag("supply_ok", 1)
        assert programmer.pointer == WORD
        programmer.configure(changed(programmer.config, test_cycles=0))
        await wait_cycles(3)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def what_was_made_illegal_meanwhile_is_not_resumed(dut: Any) -> None:
    env = await started(dut, mixed)
    programmer = env.programmer
    good = programmer.config
    await programmer.command(ProgOp.SET, WORD, LAST)
    await programmer.pulse_starts()
    await programmer.strobe("suspend")
    while not programmer.suspended:
        await wait_cycles()
    seen = len(env.macro.pulses)
    programmer.configure(changed(good, reset=changed(good.reset, nesting=7)))
    await programmer.strobe("resume")
    assert await programmer.done() is ProgErr.RAMP
    assert len(env.macro.pulses) == seen
    programmer.configure(good)
    assert await programmer.resume(LAST) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_suspend_without_an_operation_is_ignored(dut: Any) -> None:
    env = await started(dut)
    await env.programmer.strobe("suspend")
    await wait_cycles(5)
    assert not env.programmer.busy
    await env.check(ProgOp.READ, WORD)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def what_is_read_back_is_not_lost_in_a_suspend(dut: Any) -> None:
    env = await started(dut, mixed)
    programmer = env.programmer
    programmer.stall_read_back()
    await programmer.command(ProgOp.READ, WORD, LAST)
    while not dut.rb_valid_o.value:
        await wait_cycles()
    await programmer.strobe("suspend")
    await wait_cycles(20)
    assert dut.rb_valid_o.value
    programmer.take_read_back()
    while not programmer.suspended:
        await wait_cycles()
    await programmer.strobe("resume")
    assert await programmer.done() is ProgErr.NONE
    assert len(programmer.read_back) == 2
