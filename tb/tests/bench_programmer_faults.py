"""A fault in every cycle of a WRITE: off in time, every cell old, new or flagged, right afterwards.

What the pins show of each run, the stop and what follows it, is judged by the scoreboard.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import cocotb
from cocotb.triggers import Timer

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE, Targets
from tb.drivers.programmer_cases import HIGH, LOW, WORD, length, started
from tb.drivers.programmer_env import ProgrammerEnv
from tb.drivers.programmer_watch import Watch
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, words
from tb.models.scoreboard import After
from tb.models.simple_cells import Cell

LAST = Address(1, 0, WORD.row + 1)
POSITIONS = 300  # the least number of cycles that the WRITE has to take

Fault = Callable[[ProgrammerEnv, Watch], Awaitable[None]]


async def abort(env: ProgrammerEnv, watch: Watch) -> None:
    await env.programmer.strobe("abort")
    assert env.programmer.lines == SAFE


async def brown_out(env: ProgrammerEnv, watch: Watch) -> None:
    """The supply is gone for so long that the sweep has ended."""
    env.programmer.set_flag("supply_ok", 0)
    await wait_cycles()
    assert env.programmer.lines == SAFE
    await wait_cycles(20)
    env.programmer.set_flag("supply_ok", 1)


async def pump_loss(env: ProgrammerEnv, watch: Watch) -> None:
    """Without the pump there is no high voltage; what does not need it goes on."""
    env.programmer.set_flag("pump_ok", 0)
    for _ in range(20):
        await wait_cycles()
        assert not env.programmer.lines.hv
    env.programmer.set_flag("pump_ok", 1)


async def suspend(env: ProgrammerEnv, watch: Watch) -> None:
    """Off until the resume, unless the last word was complete."""
    programmer = env.programmer
    await programmer.strobe("suspend")
    assert programmer.lines == SAFE
    while programmer.busy and not programmer.suspended:
        await wait_cycles()
    if programmer.busy:
        watch.stopped(After.SUSPEND)
        await wait_cycles(20)
        assert programmer.lines == SAFE
        await programmer.strobe("resume")


async def survives(dut: Any, fault: Fault, error: ProgErr = ProgErr.NONE) -> None:
    """Let a fault come in each cycle of a WRITE; the rest of it must be as if nothing had been."""
    env = await started(dut)
    programmer = env.programmer
    targets = env.data(WORD, LAST)
    cycles = await length(env, ProgOp.WRITE, LAST, targets)
    assert cycles >= POSITIONS
    ends = set()
    for cycle in range(cycles):
        env.renew_cells()
        try:
            ends.add(await faulted(env, targets, cycle, fault))
        except AssertionError as failure:
            failure.add_note(f"{fault.__name__} in cycle {cycle}")
            raise
        assert {word: env.levels(word) for word in targets} == targets
        assert programmer.pointer == env.after(LAST)
    assert ends == {error, ProgErr.NONE}


async def faulted(env: ProgrammerEnv, targets: Targets, cycle: int, fault: Fault) -> ProgErr:
    """One WRITE with a fault, resumed if that has ended it; how it had ended at first."""
    programmer = env.programmer
    old = {word: env.codes(word) for word in targets}
    watch = env.watch()
    stream = programmer.stream(targets, words(env.chip, WORD, LAST))
    await programmer.command(ProgOp.WRITE, WORD, LAST)
    ending = cocotb.start_soon(programmer.done())
    await wait_cycles(cycle)
    await fault(env, watch)
    ended = await ending
    stream.cancel()
    await wait_cycles(3)
    if ended is not ProgErr.NONE:
        check_cells_are_old_or_new(env, targets, old)
        watch.stopped(After.RESUME)
        assert await programmer.resume(LAST, targets) is ProgErr.NONE
    account = await watch.judge(ProgOp.WRITE, env.steps(ProgOp.WRITE, WORD, LAST, targets))
    assert not any(word.failed for word in account.done)
    return ended


def check_cells_are_old_or_new(
    env: ProgrammerEnv, targets: Targets, old: dict[Address, dict[int, int]]
) -> None:
    """Words before the pointer are new, those after it are old, that at it may be both."""
    pointer = env.programmer.pointer
    for word, target in targets.items():
        if word < pointer:
            assert env.levels(word) == target
        elif word > pointer:
            assert env.codes(word) == old[word]
        else:
            check_word_is_old_or_new(env, word, old[word])


def check_word_is_old_or_new(env: ProgrammerEnv, word: Address, old: dict[int, int]) -> None:
    codes = env.codes(word).items()
    assert all(code in (old[place], LOW, HIGH) for place, code in codes), f"{word}: {codes}"


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_an_abort_in_any_cycle(dut: Any) -> None:
    await survives(dut, abort, ProgErr.ABORTED)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_a_brown_out_in_any_cycle(dut: Any) -> None:
    await survives(dut, brown_out, ProgErr.SUPPLY)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_a_loss_of_the_pump_in_any_cycle(dut: Any) -> None:
    await survives(dut, pump_loss, ProgErr.PUMP)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_a_suspend_in_any_cycle(dut: Any) -> None:
    await survives(dut, suspend)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_write_survives_a_reset_in_any_cycle(dut: Any) -> None:
    """All is off at once; the host begins again, and reading first makes that harmless."""
    env = await started(dut)
    programmer = env.programmer
    targets = env.data(WORD, LAST)
    cycles = await length(env, ProgOp.WRITE, LAST, targets)
    assert cycles >= POSITIONS
    for cycle in range(cycles):
        env.renew_cells()
        old = {word: env.codes(word) for word in targets}
        stream = programmer.stream(targets, words(env.chip, WORD, LAST))
        await programmer.command(ProgOp.WRITE, WORD, LAST)
        await wait_cycles(cycle)
        resetting = cocotb.start_soon(programmer.reset())
        await Timer(1, "ps")
        assert programmer.lines == SAFE, f"reset in cycle {cycle}"
        await resetting
        stream.cancel()
        for word in targets:
            check_word_is_old_or_new(env, word, old[word])
        assert (programmer.pointer, programmer.busy) == (Address(0, 0, 0), False)
        assert set(programmer.counts) == {0}
        await wait_cycles(2)
        await env.check(ProgOp.WRITE, WORD, LAST, targets)
        assert {word: env.levels(word) for word in targets} == targets


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_form_survives_an_abort_in_any_cycle(dut: Any) -> None:
    """A cell formed before the stop reads formed afterwards: the host has to RESET the word."""
    env = await started(dut, lambda address, place: Cell())
    programmer = env.programmer
    for cycle in range(await length(env, ProgOp.FORM, WORD, {})):
        env.renew_cells()
        await programmer.command(ProgOp.FORM, WORD, WORD)
        ending = cocotb.start_soon(programmer.done())
        await wait_cycles(cycle)
        await abort(env, env.watch())
        if await ending is ProgErr.ABORTED:
            await wait_cycles()
            assert await programmer.resume(WORD) is ProgErr.NONE
        assert all(cell.formed for cell in env.macro.cells.word(WORD).values())
        assert await programmer.run(ProgOp.RESET, WORD) is ProgErr.NONE
        assert set(env.levels(WORD).values()) == {env.chip.chip.levels - 1}
