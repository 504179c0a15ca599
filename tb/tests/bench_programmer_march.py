from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import all_low, mixed, started, uniform
from tb.drivers.programmer_env import ProgrammerEnv, failed_cells
from tb.host.regmap import BistPattern, ProgErr, ProgOp
from tb.models.programming import Address, words
from tb.models.simple_cells import Cell

FIRST, LAST = Address(0, 0, 25), Address(1, 0, 3)  # over the end of a layer


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def every_pattern_reads_and_writes_each_word_in_its_order(dut: Any) -> None:
    env = await started(dut, mixed)
    for pattern in BistPattern:
        words_done = await env.check_march(pattern, FIRST, LAST)
        assert not any(word.failed for word in words_done)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def the_fail_map_is_the_set_of_stuck_cells(dut: Any) -> None:
    stuck = {(Address(0, 0, 26), 3): 120, (Address(1, 0, 0), 7): 760, (Address(1, 0, 3), 0): 760}

    def make(address: Address, place: int) -> Cell:
        code = stuck.get((address, place))
        cell = mixed(address, place)
        return cell if code is None else replace(cell, code=code, stuck=True)

    env = await started(dut, make)
    for pattern in BistPattern:
        expected = await env.check_march(pattern, FIRST, LAST)
        assert failed_cells([fail for word in expected for fail in word.failed]) == set(stuck)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_test_of_one_word_ends(dut: Any) -> None:
    env = await started(dut, all_low)
    for pattern in BistPattern:
        for word in (Address(0, 0, 0), Address(0, 0, 26)):
            await env.check_march(pattern, word, word)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_illegal_range_or_pattern_is_refused(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    assert await programmer.run(ProgOp.MARCH, LAST, FIRST) is ProgErr.RANGE
    assert await programmer.run(ProgOp.MARCH, FIRST, Address(0, 0, 27)) is ProgErr.RANGE
    programmer.configure(replace(programmer.config, bist_pattern=3))
    assert await programmer.run(ProgOp.MARCH, FIRST, LAST) is ProgErr.OP
    assert not env.macro.trace


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_stop_in_any_cycle_ends_the_test_and_it_cannot_be_resumed(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    word = Address(1, 0, 3)
    cycles = await length_of_the_test(env, word, word)
    for flag in ("abort", "supply_ok"):
        for cycle in range(cycles - SETTLED):
            env.renew_cells()
            await programmer.command(ProgOp.MARCH, word, word)
            await wait_cycles(cycle)
            await stop(env, flag)
            error = ProgErr.ABORTED if flag == "abort" else ProgErr.SUPPLY
            while programmer.busy:
                await wait_cycles()
            assert programmer.error is error, f"{flag} in cycle {cycle}"
            assert programmer.lines == SAFE
            await wait_cycles(2)
            assert await programmer.run(ProgOp.NONE, word) is ProgErr.OP, f"{flag}, {cycle}"
            assert await programmer.run(ProgOp.READ, word) is ProgErr.NONE, f"{flag}, {cycle}"
            assert programmer.error is ProgErr.NONE
        await programmer.command(ProgOp.MARCH, word, word)
        await stop(env, flag)
        while programmer.busy:
            await wait_cycles()
        await wait_cycles(2)
        await programmer.strobe("resume")
        assert await programmer.done() is ProgErr.OP
    targets = uniform(env, word, word, 0)
    await env.check(ProgOp.WRITE, word, targets=targets)


SETTLED = 10  # cycles at the end of a test in which its outcome is settled


async def length_of_the_test(env: ProgrammerEnv, first: Address, last: Address) -> int:
    """Cycles that an undisturbed test takes."""
    await env.programmer.command(ProgOp.MARCH, first, last)
    cycles = 0
    while env.programmer.busy:
        await wait_cycles()
        cycles += 1
    return cycles


async def stop(env: ProgrammerEnv, flag: str) -> None:
    """Abort, or a dip of the supply of some cycles."""
    if flag == "abort":
        await env.programmer.strobe("abort")
        return
    env.programmer.set_flag(flag, 0)
    await wait_cycles(2)
    env.programmer.set_flag(flag, 1)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_suspend_in_any_cycle_is_never_lost(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    first, last = Address(1, 0, 2), Address(1, 0, 3)
    for cycle in range(await length_of_the_test(env, first, last) - SETTLED):
        env.renew_cells()
        await programmer.command(ProgOp.MARCH, first, last)
        await wait_cycles(cycle)
        await programmer.strobe("suspend")
        while not programmer.suspended:
            await wait_cycles()
            assert programmer.busy, f"suspend in cycle {cycle} was lost"
        assert programmer.lines == SAFE
        await programmer.strobe("resume")
        assert await programmer.done() is ProgErr.NONE
        for word in words(env.chip, first, last):
            assert set(env.levels(word).values()) == {0}


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def the_stream_of_the_host_is_not_touched(dut: Any) -> None:
    env = await started(dut)
    stream = env.programmer.stream(uniform(env, FIRST, FIRST, 1), [FIRST])
    assert await env.programmer.run(ProgOp.MARCH, FIRST, FIRST) is ProgErr.NONE
    assert env.programmer.targets_taken == 0
    stream.cancel()
