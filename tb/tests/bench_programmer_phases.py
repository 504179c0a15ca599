"""What stops an operation in the phases in which nothing is on, and after many pulses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import product
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import HIGH, LOW, WORD, Make, changed, started, uniform
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import BistPattern, ProgErr, ProgOp
from tb.models.programming import Address
from tb.models.simple_cells import Cell, SimpleCells

LAST = Address(1, 0, WORD.row + 1)
PUMP_WAIT, READ_BACK, LOGGING, RELAXING = 2, 3, 8, 11  # states of pulse, prog, verify, verify
RELAX_CYCLES = 100

Reach = Callable[[ProgrammerEnv], Awaitable[None]]


async def the_pump_is_waited_for(env: ProgrammerEnv) -> None:
    env.programmer.set_flag("pump_ok", 0)
    await env.programmer.command(ProgOp.SET, WORD, LAST)
    await env.programmer.in_state("pulse", PUMP_WAIT)


async def levels_wait_to_be_read_back(env: ProgrammerEnv) -> None:
    env.programmer.stall_read_back()
    await env.programmer.command(ProgOp.READ, WORD, LAST)
    await env.programmer.in_state("prog", READ_BACK)


async def the_operation_is_suspended(env: ProgrammerEnv) -> None:
    await env.programmer.command(ProgOp.SET, WORD, LAST)
    await env.programmer.pulse_starts()
    await env.programmer.strobe("suspend")
    while not env.programmer.suspended:
        await wait_cycles()


async def cells_relax(env: ProgrammerEnv) -> None:
    await env.programmer.command(ProgOp.SET, WORD, LAST)
    await env.programmer.in_state("verify", RELAXING)


async def failed_cells_are_logged(env: ProgrammerEnv) -> None:
    env.programmer.stream(uniform(env, WORD, LAST, 0), [WORD, LAST])
    await env.programmer.command(ProgOp.VERIFY, WORD, LAST)
    await env.programmer.in_state("verify", LOGGING)


REACHES: tuple[Reach, ...] = (
    the_pump_is_waited_for,
    levels_wait_to_be_read_back,
    the_operation_is_suspended,
    cells_relax,
    failed_cells_are_logged,
)
ENDS = {
    "abort": ProgErr.ABORTED,
    "supply_ok": ProgErr.SUPPLY,
    "suspend": ProgErr.NONE,
    "pump_ok": ProgErr.NONE,
}


async def ended(env: ProgrammerEnv, cause: str) -> ProgErr:
    """Let a cause come and go, take away what the operation waits for, and wait for its end."""
    programmer = env.programmer
    if cause in ("abort", "suspend"):
        await programmer.strobe(cause)
    else:
        programmer.set_flag(cause, 0)
        await wait_cycles(2)
        programmer.set_flag(cause, 1)
    assert programmer.lines == SAFE or cause == "pump_ok"
    for _ in range(3 * RELAX_CYCLES):
        programmer.set_flag("pump_ok", 1)
        await wait_cycles()
        if not programmer.busy:
            return programmer.error
        if programmer.suspended:
            await programmer.strobe("resume")
    return await programmer.done()


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_stop_while_nothing_is_on_has_its_own_end(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    programmer.configure(changed(programmer.config, relax_cycles=RELAX_CYCLES))
    for reach, (cause, end) in product(REACHES, ENDS.items()):
        env.macro.cells = SimpleCells(env.chip, lambda *_: Cell(formed=True, code=HIGH))
        await reach(env)
        waiting = cocotb.start_soon(ended(env, cause))
        await wait_cycles(5)
        programmer.take_read_back()
        assert await waiting is end, f"{reach.__name__}, {cause}"
        await wait_cycles(20)


STUCK: dict[ProgOp, Make] = {
    ProgOp.FORM: lambda address, place: Cell(stuck=True),
    ProgOp.SET: lambda address, place: Cell(formed=True, code=HIGH, stuck=True),
    ProgOp.RESET: lambda address, place: Cell(formed=True, code=LOW, stuck=True),
}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_word_can_be_stopped_after_any_number_of_pulses(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    for (op, make), pulses in product(STUCK.items(), (1, 3, 5, 9)):
        env.macro.cells = SimpleCells(env.chip, make)
        counts = programmer.counts
        await programmer.command(op, WORD, WORD)
        for _ in range(pulses):
            await programmer.pulse_starts()
        await programmer.strobe("abort")
        assert await programmer.done() is ProgErr.ABORTED
        name = op.name.lower()
        assert getattr(programmer.counts, name) - getattr(counts, name) == pulses
        await wait_cycles(20)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def every_pattern_of_the_self_test_is_suspended_and_stopped(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    for pattern in BistPattern:
        programmer.configure(changed(programmer.config, bist_pattern=pattern))
        await programmer.command(ProgOp.MARCH, WORD, LAST)
        await programmer.pulse_starts()
        await programmer.strobe("suspend")
        while not programmer.suspended:
            await wait_cycles()
        await programmer.strobe("resume")
        assert await programmer.done() is ProgErr.NONE
        await programmer.command(ProgOp.MARCH, WORD, LAST)
        await programmer.pulse_starts()
        await programmer.strobe("abort")
        assert await programmer.done() is ProgErr.ABORTED
        await wait_cycles(20)
