from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import (
    HIGH,
    LOW,
    WORD,
    Make,
    all_high,
    length,
    mixed,
    started,
    uniform,
)
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, existing_cells, words
from tb.models.ramp import Ramp
from tb.models.simple_cells import Cell

Fault = Callable[[ProgrammerEnv], Awaitable[None]]


async def abort(env: ProgrammerEnv) -> None:
    await env.programmer.strobe("abort")


async def brown_out(env: ProgrammerEnv) -> None:
    env.programmer.set_flag("supply_ok", 0)
    await wait_cycles()


async def survives_stops(dut: Any, op: ProgOp, make: Make, fault: Fault, error: ProgErr) -> None:
    """Stop an operation in each of its cycles; the resume must finish it as if nothing had been."""
    env = await started(dut, make)
    programmer = env.programmer
    last = Address(1, 0, WORD.row + 1)
    level = 0 if op is ProgOp.SET else env.chip.chip.levels - 1
    targets = uniform(env, WORD, last, level)
    if op is ProgOp.WRITE:
        targets = env.data(WORD, last)
    for cycle in range(await length(env, op, last, targets)):
        env.renew_cells()
        await programmer.strobe("clear")
        old = {word: env.codes(word) for word in targets}
        stream = programmer.stream(targets, words(env.chip, WORD, last))
        await programmer.command(op, WORD, last)
        await wait_cycles(cycle)
        await fault(env)
        assert programmer.lines == SAFE, f"{fault.__name__} in cycle {cycle}: {programmer.lines}"
        ended = await programmer.done()
        programmer.set_flag("supply_ok", 1)
        stream.cancel()
        await wait_cycles(3)
        assert ended in (error, ProgErr.NONE), f"{fault.__name__} in cycle {cycle}"
        whole = set(words(env.chip, WORD, last))
        if ended is error:
            whole = set(words(env.chip, WORD, programmer.pointer)) - {programmer.pointer}
            cells = sum(len(targets[word]) for word in whole)
            assert programmer.counts.requested == programmer.counts.succeeded == cells
            for word in targets:
                check_cells_are_old_or_new(env, word, old[word])
            assert await programmer.resume(last, targets) is ProgErr.NONE
        assert {word: env.levels(word) for word in targets} == targets
        assert programmer.counts.requested == sum(len(cells) for cells in targets.values())
        assert programmer.counts.failed == 0
        assert programmer.pointer == env.after(last)


def check_cells_are_old_or_new(env: ProgrammerEnv, word: Address, old: dict[int, int]) -> None:
    for place, code in env.codes(word).items():
        assert code in (old[place], LOW, HIGH), f"cell {place} of {word} at {code}"


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_an_abort_in_any_cycle(dut: Any) -> None:
    await survives_stops(dut, ProgOp.WRITE, mixed, abort, ProgErr.ABORTED)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_a_brown_out_in_any_cycle(dut: Any) -> None:
    await survives_stops(dut, ProgOp.WRITE, mixed, brown_out, ProgErr.SUPPLY)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_form_survives_an_abort_in_any_cycle(dut: Any) -> None:
    """A cell formed before the stop reads formed afterwards: the host has to RESET the word."""
    env = await started(dut, lambda address, place: Cell())
    programmer = env.programmer
    cycles = await length(env, ProgOp.FORM, WORD, {})
    for cycle in range(cycles):
        env.renew_cells()
        await programmer.command(ProgOp.FORM, WORD, WORD)
        await wait_cycles(cycle)
        await abort(env)
        assert programmer.lines == SAFE
        if await programmer.done() is ProgErr.ABORTED:
            assert await programmer.resume(WORD) is ProgErr.NONE
        assert all(cell.formed for cell in env.macro.cells.word(WORD).values())
        assert await programmer.run(ProgOp.RESET, WORD) is ProgErr.NONE
        assert set(env.levels(WORD).values()) == {env.chip.chip.levels - 1}


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_reset_of_the_chip_in_any_cycle_turns_all_off_at_once(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    targets = env.data(WORD, WORD)
    for cycle in range(await length(env, ProgOp.WRITE, WORD, targets)):
        env.renew_cells()
        stream = programmer.stream(targets, [WORD])
        await programmer.command(ProgOp.WRITE, WORD, WORD)
        await wait_cycles(cycle)
        resetting = cocotb.start_soon(programmer.reset())
        await wait_cycles()
        assert programmer.lines == SAFE
        await resetting
        stream.cancel()
        assert programmer.pointer == Address(0, 0, 0)
        assert set(programmer.counts) == {0}
        assert not programmer.busy
        await wait_cycles(2)
        assert await programmer.run(ProgOp.WRITE, WORD, targets=targets) is ProgErr.NONE
        assert env.levels(WORD) == targets[WORD]


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
    await brown_out(env)
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
