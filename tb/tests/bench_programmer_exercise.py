from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.programmer_cases import WORD, all_high, changed, mixed, started
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgErr, ProgOp, PulseKind
from tb.models.programming import Address, Pulse, existing_cells, group_range, words

LAST = Address(1, 0, 5)


async def exercising(dut: Any, **settings: int) -> ProgrammerEnv:
    """The bench with formed cells and these settings of the test."""
    env = await started(dut, mixed)
    env.programmer.configure(changed(env.programmer.config, **settings))
    return env


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_test_pulse_is_the_first_point_of_its_table_on_the_marked_cells(dut: Any) -> None:
    for kind in PulseKind:
        env = await exercising(dut, test_kind=kind)
        targets = env.data(WORD, LAST, seed=kind)
        await env.check(ProgOp.TEST_PULSE, WORD, LAST, targets)
        config = env.programmer.config
        table = {PulseKind.FORM: config.form, PulseKind.SET: config.set}.get(kind, config.reset)
        assert env.macro.trace == [
            Pulse(
                word,
                frozenset(cell for cell, level in targets[word].items() if level),
                kind is PulseKind.RESET,
                table.wl.start,
                table.line.start,
                table.width.start,
            )
            for word in words(env.chip, WORD, LAST)
        ]


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_word_without_a_marked_cell_gets_no_test_pulse(dut: Any) -> None:
    env = await exercising(dut, test_kind=PulseKind.SET)
    targets = {**env.data(WORD, LAST), Address(1, 0, 4): {}}
    await env.check(ProgOp.TEST_PULSE, WORD, LAST, targets)
    assert {event.address.row for event in env.macro.trace} == {3, 5}
    assert env.programmer.targets_taken == 3


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def lanes_that_do_not_exist_are_never_exercised(dut: Any) -> None:
    env = await exercising(dut, test_kind=PulseKind.SET, test_cycles=2)
    part = next(
        word
        for layer in range(len(env.chip.layers))
        for word in [group_range(env.chip, layer, env.chip.geometry[layer].groups - 1)[0]]
        if len(existing_cells(env.chip, word)) < env.chip.word_cells
    )
    every = {part: dict.fromkeys(range(env.chip.word_cells), 1)}
    await env.check(ProgOp.TEST_PULSE, part, part, every)
    await env.check(ProgOp.CYCLE, part)
    assert all(event.cells == existing_cells(env.chip, part) for event in env.macro.trace)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def cycling_alternates_set_and_reset_without_a_sense(dut: Any) -> None:
    env = await exercising(dut, test_cycles=5)
    await env.check(ProgOp.CYCLE, WORD, LAST)
    assert len(env.macro.trace) == 30
    assert [pulse.reset for pulse in env.macro.pulses] == [False, True] * 15
    assert env.programmer.counts.cycles == 15
    assert set(env.levels(WORD).values()) == {env.chip.chip.levels - 1}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def exercises_without_sense_in_their_settings_are_refused(dut: Any) -> None:
    env = await exercising(dut, test_kind=0, test_cycles=0)
    assert await env.programmer.run(ProgOp.TEST_PULSE, WORD) is ProgErr.OP
    assert await env.programmer.run(ProgOp.CYCLE, WORD) is ProgErr.LIMIT
    assert not env.macro.trace


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_form_table_counts_only_for_a_form_pulse(dut: Any) -> None:
    env = await exercising(dut, test_kind=PulseKind.FORM)
    config = env.programmer.config
    broken = changed(config, form=changed(config.form, nesting=7))
    env.programmer.configure(broken)
    targets = env.data(WORD, WORD)
    assert await env.programmer.run(ProgOp.TEST_PULSE, WORD, targets=targets) is ProgErr.RAMP
    env.programmer.configure(changed(broken, test_kind=PulseKind.SET))
    assert await env.programmer.run(ProgOp.TEST_PULSE, WORD, targets=targets) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_exercise_needs_no_windows_and_no_limits(dut: Any) -> None:
    env = await exercising(dut, test_cycles=1, max_total=0, max_set=0, form_ref=0)
    config = env.programmer.config
    env.programmer.configure(changed(config, verify=tuple(reversed(config.verify))))
    assert await env.programmer.run(ProgOp.CYCLE, WORD) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_lost_pump_ends_an_exercise(dut: Any) -> None:
    env = await started(dut, all_high)
    env.programmer.configure(changed(env.programmer.config, test_cycles=3))
    await env.programmer.command(ProgOp.CYCLE, WORD, LAST)
    await env.programmer.pulse_starts()
    env.programmer.set_flag("pump_ok", 0)
    assert await env.programmer.done() is ProgErr.PUMP
    env.programmer.set_flag("pump_ok", 1)
    await env.check(ProgOp.CYCLE, WORD, LAST)
