"""Every operation with every cause that can refuse it, stop it or end it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import NO_LIMIT, SAFE, Targets
from tb.drivers.programmer_cases import HIGH, WORD, Make, changed, started, uniform
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgErr, ProgOp, PulseKind
from tb.models.programming import Address, ProgConfig, Window
from tb.models.simple_cells import Cell, SimpleCells

DRIFTED = 210  # reads as the highest level and is out of its verify window
LAST = Address(1, 0, WORD.row + 1)
OPS = [op for op in ProgOp if op is not ProgOp.NONE]
READING = (ProgOp.READ, ProgOp.VERIFY)
EXERCISES = (ProgOp.TEST_PULSE, ProgOp.CYCLE)
PULSING = [op for op in OPS if op not in READING]
SENSING = [op for op in OPS if op not in EXERCISES]


def unfinished(op: ProgOp) -> Make:
    """Cells on which an operation has something to do."""
    if op is ProgOp.FORM:
        return lambda address, place: Cell()
    code = {ProgOp.RESET: 120, ProgOp.REFRESH: DRIFTED}.get(op, HIGH)
    return lambda address, place: Cell(formed=True, code=code)


async def prepared(dut: Any) -> ProgrammerEnv:
    """A chip with settings for every operation."""
    env = await started(dut)
    config = env.programmer.config
    env.programmer.configure(changed(config, test_kind=PulseKind.SET, test_cycles=3))
    return env


def targets_for(env: ProgrammerEnv, op: ProgOp) -> Targets:
    """Targets of the range that let an operation pulse if it can."""
    return uniform(env, WORD, LAST, int(op is ProgOp.TEST_PULSE))


async def stopped(env: ProgrammerEnv, op: ProgOp, cause: ProgErr) -> None:
    """Do to an operation that is at its cells what stops it."""
    programmer = env.programmer
    if op in READING:
        while not programmer.lines.sense:
            await wait_cycles()
    else:
        await programmer.pulse_starts()
    if cause is ProgErr.ABORTED:
        await programmer.strobe("abort")
    elif cause is ProgErr.STATE:
        programmer.upset("prog", "state_q", 7)
        await wait_cycles(2)
    else:
        flags = {ProgErr.SUPPLY: "supply_ok", ProgErr.PUMP: "pump_ok"}
        name = flags.get(cause, "watchdog")
        programmer.set_flag(name, int(cause is ProgErr.WATCHDOG))
        await wait_cycles(2)
        programmer.set_flag(name, int(cause is not ProgErr.WATCHDOG))
    assert programmer.lines == SAFE, f"{op.name} after {cause.name}"


async def goes_on(env: ProgrammerEnv, op: ProgOp) -> None:
    """What has ended early can be resumed, but for the self-test."""
    answer = ProgErr.OP if op is ProgOp.MARCH else ProgErr.NONE
    assert await env.programmer.resume(LAST, targets_for(env, op)) is answer, op.name


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def every_stop_ends_every_operation_with_its_own_code(dut: Any) -> None:
    env = await prepared(dut)
    programmer = env.programmer
    causes = [ProgErr.ABORTED, ProgErr.SUPPLY, ProgErr.STATE]
    pulsed = [*causes, ProgErr.PUMP, ProgErr.WATCHDOG]
    for op in OPS:
        for cause in causes if op in READING else pulsed:
            env.macro.cells = SimpleCells(env.chip, unfinished(op))
            stream = programmer.stream(targets_for(env, op), [WORD, LAST])
            await programmer.command(op, WORD, LAST)
            await stopped(env, op, cause)
            assert await programmer.done() is cause, op.name
            stream.cancel()
            await wait_cycles(20)
            await goes_on(env, op)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def amplifiers_without_an_answer_end_all_that_senses(dut: Any) -> None:
    env = await prepared(dut)
    for op in SENSING:
        env.macro.sense_ns = None
        ended = await env.programmer.run(op, WORD, LAST, targets_for(env, op))
        assert ended is ProgErr.SENSE, op.name
        env.macro.sense_ns = 45
        await goes_on(env, op)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_worn_group_ends_all_that_pulses(dut: Any) -> None:
    env = await prepared(dut)
    for op in PULSING:
        env.programmer.limit_wear(0)
        pulses = len(env.macro.trace)
        ended = await env.programmer.run(op, WORD, LAST, targets_for(env, op))
        assert ended is ProgErr.WORN, op.name
        assert len(env.macro.trace) == pulses, op.name
        env.programmer.limit_wear(NO_LIMIT)
        await goes_on(env, op)


def illegal(config: ProgConfig) -> dict[ProgErr, ProgConfig]:
    """Configurations that each operation refuses which looks at what is wrong, by the error."""
    top = config.set.wl
    return {
        ProgErr.RAMP: replace(config, set=replace(config.set, wl=replace(top, step=0))),
        ProgErr.CEILING: replace(
            config, wl_sense=511, set=replace(config.set, wl=replace(top, stop=511))
        ),
        ProgErr.LIMIT: replace(config, max_set=0, test_cycles=0),
        ProgErr.WINDOW: replace(config, verify=tuple(Window(w.hi, w.lo) for w in config.verify)),
    }


# The error and the flags that cause it.
FORBIDDEN = {
    ProgErr.BUSY: {"allow": 0},
    ProgErr.SUPPLY: {"supply_ok": 0},
    ProgErr.LOCKED: {"unlocked": 0, "read_locked": 1},
}
NEEDLESS = {
    ProgErr.RAMP: READING,
    ProgErr.LIMIT: (*READING, ProgOp.TEST_PULSE),
    ProgErr.WINDOW: EXERCISES,
}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def every_operation_refuses_what_it_cannot_do(dut: Any) -> None:
    env = await prepared(dut)
    programmer, config = env.programmer, env.programmer.config
    for op in OPS:
        assert await programmer.run(op, LAST, WORD) is ProgErr.RANGE, op.name
        for error, bad in illegal(config).items():
            if op not in NEEDLESS.get(error, ()):
                programmer.configure(bad)
                assert await programmer.run(op, WORD) is error, op.name
        programmer.configure(config)
        for error, flags in FORBIDDEN.items():
            for name, value in flags.items():
                programmer.set_flag(name, value)
            assert await programmer.run(op, WORD) is error, op.name
            for name, value in flags.items():
                programmer.set_flag(name, 1 - value)
    assert not env.macro.trace
