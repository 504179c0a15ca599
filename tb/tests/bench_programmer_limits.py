from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Counts
from tb.drivers.programmer_cases import HIGH, LOW, WORD, changed, started
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, Fail, Window, existing_cells, group_range, words
from tb.models.simple_cells import Cell


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_stuck_cell_is_failed_and_logged_and_the_others_complete(dut: Any) -> None:
    stuck = {(Address(1, 0, 2), 4), (Address(1, 0, 2), 17), (Address(1, 0, 9), 0)}

    def make(address: Address, place: int) -> Cell:
        return Cell(code=LOW, formed=True, stuck=(address, place) in stuck)

    env = await started(dut, make)
    first, last = group_range(env.chip, 1, 0)
    config = env.programmer.config
    env.programmer.configure(replace(config, max_reset=8))
    expected = await env.check(ProgOp.RESET, first, last)
    fails = [fail for word in expected for fail in word.failed]
    lo, top = config.verify[-1].lo, len(config.verify) - 1
    assert fails == [Fail(word, place, 0, lo, top) for word, place in sorted(stuck)]
    for word in words(env.chip, first, last):
        levels = env.levels(word)
        assert all(levels[place] == top for place in levels if (word, place) not in stuck)
    counts = env.programmer.counts
    assert counts.failed == len(stuck)
    assert counts.succeeded + counts.failed == counts.requested


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_cell_that_cannot_be_formed_is_failed_and_never_reset(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(stuck=place in (3, 12)))
    env.programmer.configure(replace(env.programmer.config, max_form=9))
    (word,) = await env.check(ProgOp.FORM, WORD)
    ref, top = env.programmer.config.form_ref, env.chip.chip.levels - 1
    assert word.failed == [Fail(WORD, place, 1, ref, top) for place in (3, 12)]
    assert not any({3, 12} & pulse.cells for pulse in env.macro.pulses if pulse.reset)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_cell_that_forms_but_does_not_reset_is_failed_once(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(reset_line=500 if place == 8 else 260))
    (word,) = await env.check(ProgOp.FORM, WORD)
    lo, top = env.programmer.config.verify[-1].lo, env.chip.chip.levels - 1
    assert word.failed == [Fail(WORD, 8, 0, lo, top)]
    assert env.programmer.counts.requested == len(existing_cells(env.chip, WORD))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def overshoot_reverses_the_polarity_and_restarts_the_ramp(dut: Any) -> None:
    """A cell that jumps over a closed window comes back from the other side."""

    def make(address: Address, place: int) -> Cell:
        jumps = place % 3 == 0
        return Cell(code=LOW, formed=True, reset_step=500 if jumps else 150, set_step=90)

    env = await started(dut, make)
    await narrow_top_window(env)
    await env.check(ProgOp.RESET, WORD)
    counts = env.programmer.counts
    assert counts.failed == 0
    assert counts.set > 0
    assert counts.reset > 0


async def narrow_top_window(env: ProgrammerEnv) -> None:
    """Close the upper end of the highest level; allow all reversals."""
    config = env.programmer.config
    lo = config.verify[-1].lo
    verify = (*config.verify[:-1], Window(lo, lo + 130))
    env.programmer.configure(replace(config, verify=verify, max_reversals=15))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def reversals_are_limited(dut: Any) -> None:
    def swings(address: Address, place: int) -> Cell:
        return Cell(code=LOW, formed=True, reset_step=600 if place == 5 else 150, set_step=590)

    env = await started(dut, swings)
    await narrow_top_window(env)
    for limit in (0, 1, 4):
        env.renew_cells()
        env.programmer.configure(replace(env.programmer.config, max_reversals=limit))
        (word,) = await env.check(ProgOp.RESET, WORD)
        assert [fail.cell for fail in word.failed] == [5]
        sides = [pulse.reset for pulse in env.macro.pulses]
        turns = sum(one != other for one, other in pairwise(sides))
        assert turns == limit


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def pulses_are_limited_per_polarity_and_in_total(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=HIGH, formed=True, stuck=True))
    config = env.programmer.config
    for limits, pulses in (
        ({"max_set": 7}, 7),
        ({"max_set": 1}, 1),
        ({"max_set": 50, "max_total": 11}, 11),
        ({"max_set": 5, "max_total": 1}, 1),
    ):
        env.macro.trace.clear()
        env.programmer.configure(changed(config, **limits))
        (word,) = await env.check(ProgOp.SET, WORD)
        assert len(word.failed) == len(existing_cells(env.chip, WORD))
        assert len(env.macro.pulses) == pulses


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_spent_polarity_fails_only_the_cells_that_need_it(dut: Any) -> None:
    """Half of the word needs SET and is stuck, the other half needs RESET and is not."""

    def make(address: Address, place: int) -> Cell:
        return Cell(code=HIGH if place % 2 else LOW, formed=True, stuck=bool(place % 2))

    env = await started(dut, make)
    env.programmer.configure(replace(env.programmer.config, max_set=3))
    targets = {WORD: {place: 1 - place % 2 for place in existing_cells(env.chip, WORD)}}
    (word,) = await env.check(ProgOp.WRITE, WORD, targets=targets)
    assert {fail.cell % 2 for fail in word.failed} == {1}
    assert {level for place, level in env.levels(WORD).items() if place % 2 == 0} == {1}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_form_pulses_count_in_the_total(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(form_wl=170, reset_wl=260))
    env.programmer.configure(replace(env.programmer.config, max_total=5))
    (word,) = await env.check(ProgOp.FORM, WORD)
    assert word.pulses == {"form": 4, "reset": 1}
    assert len(word.failed) == len(existing_cells(env.chip, WORD))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_full_log_keeps_the_oldest_entries_and_flags_the_loss(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=LOW, formed=True, stuck=place < 10))
    programmer = env.programmer
    programmer.configure(replace(programmer.config, max_reset=1))
    first, last = Address(1, 0, 0), Address(1, 0, 7)
    assert await programmer.run(ProgOp.RESET, first, Address(1, 0, 4)) is ProgErr.NONE
    assert programmer.log_state == (50, False)
    assert await programmer.run(ProgOp.RESET, Address(1, 0, 5), last) is ProgErr.NONE
    depth, lost = programmer.log_state
    assert (50 < depth < 80, lost) == (True, True)
    order = [(word, cell) for word in words(env.chip, first, last) for cell in range(10)]
    assert [(fail.address, fail.cell) for fail in await programmer.pop_fails()] == order[:depth]
    assert programmer.log_state == (0, True)
    assert programmer.counts.failed == 80


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_empty_log_reads_as_zero_and_ignores_a_pop(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=LOW, formed=True, stuck=place == 2))
    programmer = env.programmer
    zero = Fail(Address(0, 0, 0), 0, 0, 0, 0)
    assert programmer.log_head == zero
    await programmer.strobe("fail_pop")
    assert programmer.log_state == (0, False)
    programmer.configure(replace(programmer.config, max_reset=1))
    await env.check(ProgOp.RESET, WORD)
    assert programmer.log_head == zero


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def clear_empties_counters_and_log(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=LOW, formed=True, stuck=True))
    programmer = env.programmer
    programmer.configure(replace(programmer.config, max_reset=1))
    await programmer.run(ProgOp.RESET, Address(1, 0, 0), Address(1, 0, 5))
    assert programmer.log_state[1]
    await programmer.strobe("clear")
    assert programmer.log_state == (0, False)
    assert set(programmer.counts) == {0}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def counters_stop_at_their_highest_value(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(stuck=place == 1))
    programmer = env.programmer
    programmer.configure(replace(programmer.config, max_form=4))
    full = (1 << 32) - 1
    programmer.upset("counters", "counts_q", (1 << len(Counts._fields) * 32) - 1)
    await wait_cycles()
    assert await programmer.run(ProgOp.FORM, WORD) is ProgErr.NONE
    assert await programmer.run(ProgOp.SET, WORD) is ProgErr.NONE
    assert set(programmer.counts) == {full}
