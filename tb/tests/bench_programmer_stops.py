from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import (
    WORD,
    all_high,
    started,
)
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, existing_cells, words
from tb.models.ramp import Ramp


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_abort_in_the_streams_ends_the_sweep(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    await programmer.command(ProgOp.WRITE, WORD, WORD)
    await wait_cycles(50)
    await programmer.strobe("abort")
    assert await programmer.done() is ProgErr.ABORTED
    await wait_cycles()
    programmer.stall_read_back()
    await programmer.command(ProgOp.READ, WORD, WORD)
    await wait_cycles(100)
    await programmer.strobe("abort")
    assert await programmer.done() is ProgErr.ABORTED
    assert programmer.pointer == WORD
    assert not env.macro.pulses


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_abort_without_a_sweep_does_nothing(dut: Any) -> None:
    env = await started(dut, all_high)
    await env.programmer.strobe("abort")
    await wait_cycles(5)
    assert env.programmer.error is ProgErr.NONE
    await env.check(ProgOp.SET, WORD)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_pointer_survives_a_brown_out(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    last = Address(1, 0, 9)
    await programmer.command(ProgOp.SET, WORD, last)
    for _ in range(4):
        await programmer.pulse_starts()
    programmer.set_flag("supply_ok", 0)
    assert await programmer.done() is ProgErr.SUPPLY
    pointer = Address(1, 0, WORD.row + 3)
    assert programmer.pointer == pointer
    await wait_cycles()
    assert await programmer.resume(last) is ProgErr.SUPPLY
    await wait_cycles(100)
    programmer.set_flag("supply_ok", 1)
    assert programmer.pointer == pointer
    assert await programmer.resume(last) is ProgErr.NONE
    assert all(set(env.levels(word).values()) == {0} for word in words(env.chip, WORD, last))
    assert programmer.counts.requested == 7 * len(existing_cells(env.chip, WORD))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def pump_loss_in_a_pulse_ends_the_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    config = programmer.config
    programmer.configure(replace(config, set=replace(config.set, width=Ramp(20, 20, 1))))
    for delay in range(20):
        env.renew_cells()
        await programmer.command(ProgOp.SET, WORD, WORD)
        await programmer.pulse_starts()
        await wait_cycles(delay)
        programmer.set_flag("pump_ok", 0)
        await wait_cycles()
        assert programmer.lines == SAFE
        assert await programmer.done() is ProgErr.PUMP
        programmer.set_flag("pump_ok", 1)
        await wait_cycles()
        assert await programmer.resume(WORD) is ProgErr.NONE
        assert set(env.levels(WORD).values()) == {0}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_slow_pump_delays_the_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    programmer.set_flag("pump_ok", 0)
    await programmer.command(ProgOp.SET, WORD, WORD)
    await wait_cycles(1000)
    assert not env.macro.pulses
    programmer.set_flag("pump_ok", 1)
    assert await programmer.done() is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_pump_that_never_comes_ends_the_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    env.programmer.set_flag("pump_ok", 0)
    assert await env.programmer.run(ProgOp.SET, WORD) is ProgErr.PUMP
    assert not env.macro.pulses
    assert env.programmer.pointer == WORD


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_watchdog_ends_the_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    await programmer.command(ProgOp.SET, WORD, WORD)
    await programmer.pulse_starts()
    programmer.set_flag("watchdog", 1)
    await wait_cycles()
    assert programmer.lines == SAFE
    programmer.set_flag("watchdog", 0)
    assert await programmer.done() is ProgErr.WATCHDOG
    await wait_cycles()
    assert await programmer.resume(WORD) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def sense_amplifiers_that_never_answer_end_the_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    env.macro.sense_ns = None
    assert await env.programmer.run(ProgOp.READ, WORD) is ProgErr.SENSE
    assert env.programmer.pointer == WORD
    assert not env.programmer.read_back
    env.macro.sense_ns = 200
    assert await env.programmer.resume(WORD) is ProgErr.NONE
