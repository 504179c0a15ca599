from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer_cases import (
    LOW,
    WORD,
    all_high,
    all_low,
    changed,
    mixed,
    started,
    uniform,
)
from tb.host.regmap import ProgErr, ProgOp, PulseKind
from tb.models.programming import Address, existing_cells, group_range, words
from tb.models.simple_cells import Cell

PULSING = (ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.WRITE, ProgOp.TEST_PULSE, ProgOp.CYCLE)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_locked_chip_refuses_what_pulses_and_reads(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    programmer.configure(changed(programmer.config, test_kind=PulseKind.SET, test_cycles=1))
    programmer.set_flag("unlocked", 0)
    for op in (*PULSING, ProgOp.REFRESH, ProgOp.MARCH):
        assert await programmer.run(op, WORD) is ProgErr.LOCKED, op.name
    assert not env.macro.trace
    await env.check(ProgOp.READ, WORD)
    await env.check(ProgOp.VERIFY, WORD, targets=env.data(WORD, WORD))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_lock_of_reading_back_refuses_what_tells_the_weights(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    programmer.set_flag("read_locked", 1)
    for op in (ProgOp.READ, ProgOp.VERIFY):
        assert await programmer.run(op, WORD) is ProgErr.LOCKED, op.name
    assert not env.macro.trace
    await env.check(ProgOp.WRITE, WORD, targets=env.data(WORD, WORD))
    assert await programmer.run(ProgOp.MARCH, WORD) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_worn_group_is_refused_before_the_first_pulse(dut: Any) -> None:
    env = await started(dut, all_low)
    programmer = env.programmer
    first, last = group_range(env.chip, 1, 0)
    programmer.limit_wear(1)
    high, low = (uniform(env, first, last, level) for level in (1, 0))
    await env.check(ProgOp.WRITE, first, last, high)
    assert not any(programmer.wear)
    await env.check(ProgOp.WRITE, first, last, low)
    group = env.chip.geometry[0].groups
    assert programmer.wear[group] == 1
    pulses = len(env.macro.trace)
    assert await programmer.run(ProgOp.WRITE, first, last, high) is ProgErr.WORN
    assert programmer.pointer == first
    assert len(env.macro.trace) == pulses
    await env.check(ProgOp.READ, first)
    other = group_range(env.chip, 2, 0)[0]
    await env.check(ProgOp.RESET, other)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_sweep_ends_at_the_first_word_of_a_worn_group(dut: Any) -> None:
    env = await started(dut, mixed)
    programmer = env.programmer
    fresh, worn = group_range(env.chip, 2, 0)[1], group_range(env.chip, 2, 1)[0]
    for word, cycles in ((fresh, 1), (worn, 2)):
        programmer.configure(changed(programmer.config, test_cycles=cycles))
        await env.check(ProgOp.CYCLE, word)
    programmer.limit_wear(2)
    pulses = len(env.macro.pulses)
    assert await programmer.run(ProgOp.SET, fresh, worn) is ProgErr.WORN
    assert programmer.pointer == worn
    assert [pulse.address for pulse in env.macro.pulses[pulses:]] == [fresh]


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_suspended_word_is_finished_at_the_limit(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    programmer.limit_wear(1)
    await programmer.command(ProgOp.SET, WORD, WORD)
    await programmer.pulse_starts()
    await programmer.strobe("suspend")
    while not programmer.suspended:
        await wait_cycles()
    await programmer.strobe("resume")
    assert await programmer.done() is ProgErr.NONE
    assert set(env.levels(WORD).values()) == {0}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def no_limit_set_means_no_pulse(dut: Any) -> None:
    env = await started(dut)
    env.programmer.limit_wear(0)
    assert await env.programmer.run(ProgOp.SET, WORD) is ProgErr.WORN
    assert not env.macro.trace


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def cycling_stops_at_the_limit(dut: Any) -> None:
    env = await started(dut, mixed)
    programmer = env.programmer
    programmer.configure(changed(programmer.config, test_cycles=9))
    programmer.limit_wear(4)
    assert await programmer.run(ProgOp.CYCLE, WORD) is ProgErr.WORN
    assert [pulse.reset for pulse in env.macro.pulses] == [False, True] * 4
    assert max(programmer.wear) == 4


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def no_cell_has_seen_more_cycles_than_its_group_tells(dut: Any) -> None:
    """Random operations with stops; each cell's cycles are counted at the pins."""
    env = await started(dut, mixed)
    programmer = env.programmer
    programmer.configure(changed(programmer.config, test_cycles=2, relax_cycles=20))
    first, last = group_range(env.chip, 1, 0)
    order = words(env.chip, first, last)[:6]
    sweeps = 0
    for number in range(24):
        op = (ProgOp.WRITE, ProgOp.CYCLE, ProgOp.SET, ProgOp.MARCH)[number % 4]
        targets = env.data(order[0], order[-1], seed=number)
        stream = programmer.stream(targets if op is ProgOp.WRITE else None, order)
        await programmer.command(op, order[0], order[-1])
        sweeps += 1
        if number % 3:
            await wait_cycles(150 + 37 * number)
            await programmer.strobe("abort" if number % 3 == 1 else "suspend")
            await wait_cycles(30)
        if programmer.busy:
            if programmer.suspended:
                await programmer.strobe("resume")
            await programmer.done()
        stream.cancel()
        await wait_cycles(2)
        worst = max(cycles_at_the_pins(env.macro.pulses).values())
        group = env.chip.geometry[0].groups
        assert worst <= programmer.wear[group]
    assert programmer.wear[group] <= programmer.counts.cycles
    assert worst >= sweeps // 2


def cycles_at_the_pins(pulses: list[Any]) -> dict[tuple[Address, int], int]:
    """SET pulses of each cell that were its first, or followed a RESET."""
    cycles: dict[tuple[Address, int], int] = {}
    rising: dict[tuple[Address, int], bool] = {}
    for pulse in pulses:
        for cell in pulse.cells:
            key = (pulse.address, cell)
            cycles[key] = cycles.get(key, 0) + (not pulse.reset and not rising.get(key, False))
            rising[key] = not pulse.reset
    return cycles


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_full_log_stops_the_sweep_until_it_is_read_where_that_is_wished(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=LOW, formed=True, stuck=True))
    programmer = env.programmer
    programmer.configure(replace(programmer.config, fail_wait=1, max_reset=1))
    first, last = group_range(env.chip, 1, 0)
    order = words(env.chip, first, last)[:8]
    await programmer.command(ProgOp.RESET, order[0], order[-1])
    await wait_cycles(8000)
    assert programmer.busy
    assert programmer.log_state == (64, False)
    fails = []
    while programmer.busy:
        fails += await programmer.pop_fails()
        await wait_cycles(50)
    fails += await programmer.pop_fails()
    assert [(fail.address, fail.cell) for fail in fails] == [
        (word, cell) for word in order for cell in sorted(existing_cells(env.chip, word))
    ]
    assert programmer.log_state == (0, False)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_abort_ends_the_wait_for_room_in_the_log(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=LOW, formed=True, stuck=True))
    programmer = env.programmer
    programmer.configure(replace(programmer.config, fail_wait=1, max_reset=1))
    first, last = group_range(env.chip, 1, 0)
    await programmer.command(ProgOp.RESET, first, last)
    await wait_cycles(8000)
    assert programmer.busy
    await programmer.strobe("abort")
    await wait_cycles(4)
    assert not programmer.busy
    assert programmer.error is ProgErr.ABORTED
