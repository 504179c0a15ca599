from __future__ import annotations

from typing import Any

import cocotb

from chips.description import Chip
from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer_cases import LOW, WORD, all_low, started
from tb.drivers.programmer_env import failed_cells
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, existing_cells, group_range, words
from tb.models.simple_cells import Cell


def partial_group(chip: Chip) -> tuple[Address, Address]:
    """The words of a group that has fewer sub-arrays than there are lanes."""
    for geometry in chip.geometry:
        for group in range(geometry.groups):
            first, last = group_range(chip, geometry.index, group)
            if len(existing_cells(chip, first)) < chip.word_cells:
                return first, last
    raise AssertionError("the chip has no such group")


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def form_takes_a_pristine_group_to_the_highest_level(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(form_wl=140 + 10 * (place % 4)))
    first, last = group_range(env.chip, 1, 0)
    await env.check(ProgOp.FORM, first, last)
    top = env.chip.chip.levels - 1
    assert all(set(env.levels(word).values()) == {top} for word in words(env.chip, first, last))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_formed_cell_gets_no_form_pulse_and_no_reset(dut: Any) -> None:
    def every_other(address: Address, place: int) -> Cell:
        return Cell() if place % 2 else Cell(code=LOW + place, formed=True)

    env = await started(dut, every_other)
    first, last = group_range(env.chip, 0, 0)
    await env.check(ProgOp.FORM, first, last)
    assert env.macro.pulses
    assert not any(place % 2 == 0 for pulse in env.macro.pulses for place in pulse.cells)
    assert {place: code for place, code in env.codes(first).items() if place % 2 == 0} == {
        place: LOW + place for place in existing_cells(env.chip, first) if place % 2 == 0
    }


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def set_and_reset_reach_every_cell_of_a_group(dut: Any) -> None:
    env = await started(dut)
    first, last = group_range(env.chip, 1, 0)
    for op, level in ((ProgOp.SET, 0), (ProgOp.RESET, env.chip.chip.levels - 1)):
        await env.check(op, first, last)
        assert all(
            set(env.levels(word).values()) == {level} for word in words(env.chip, first, last)
        )


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def write_puts_every_cell_at_its_target(dut: Any) -> None:
    env = await started(dut, pauses=True)
    first, last = group_range(env.chip, 1, 0)
    targets = env.data(first, last, seed=cocotb.RANDOM_SEED)
    await env.check(ProgOp.WRITE, first, last, targets)
    assert {word: env.levels(word) for word in targets} == targets
    assert env.programmer.targets_taken == len(targets)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def write_of_what_is_there_reads_twice_and_pulses_nothing(dut: Any) -> None:
    env = await started(dut)
    first, last = group_range(env.chip, 1, 0)
    targets = env.data(first, last)
    await env.check(ProgOp.WRITE, first, last, targets)
    pulses = len(env.macro.pulses)
    await env.check(ProgOp.WRITE, first, last, targets)
    assert len(env.macro.pulses) == pulses


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def write_pulses_only_the_cells_that_differ(dut: Any) -> None:
    env = await started(dut, all_low)
    targets = {WORD: {**dict.fromkeys(existing_cells(env.chip, WORD), 0), 3: 1, 11: 1}}
    await env.check(ProgOp.WRITE, WORD, targets=targets)
    assert [pulse.cells for pulse in env.macro.pulses] == [frozenset({3, 11})]


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def read_gives_back_what_was_written(dut: Any) -> None:
    env = await started(dut, pauses=True)
    first, last = group_range(env.chip, 2, 0)
    targets = env.data(first, last)
    await env.check(ProgOp.WRITE, first, last, targets)
    await env.check(ProgOp.READ, first, last)
    given = dict(zip(words(env.chip, first, last), env.programmer.read_back, strict=True))
    assert {w: {c: given[w][c] for c in targets[w]} for w in targets} == targets


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def read_waits_until_its_data_are_taken(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    programmer.stall_read_back()
    await programmer.command(ProgOp.READ, WORD, WORD)
    await wait_cycles(200)
    assert programmer.busy
    assert programmer.pointer == WORD
    programmer.take_read_back()
    assert await programmer.done() is ProgErr.NONE
    await wait_cycles()
    assert programmer.pointer == env.after(WORD)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def verify_counts_and_logs_mismatches_without_a_pulse(dut: Any) -> None:
    env = await started(dut, pauses=True)
    first, last = group_range(env.chip, 1, 0)
    targets = {word: dict(data) for word, data in env.data(first, last).items()}
    await env.check(ProgOp.WRITE, first, last, targets)
    wrong = {(first, 0), (first, 19), (last, 7)}
    for word, place in wrong:
        targets[word][place] = 1 - targets[word][place]
    pulses = len(env.macro.pulses)
    expected = await env.check(ProgOp.VERIFY, first, last, targets)
    assert failed_cells([fail for word in expected for fail in word.failed]) == wrong
    assert len(env.macro.pulses) == pulses


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def missing_lanes_are_neither_driven_nor_counted(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell())
    first, last = partial_group(env.chip)
    targets = env.data(first, last)
    cells = sum(len(data) for data in targets.values())
    for op in (ProgOp.FORM, ProgOp.SET, ProgOp.RESET):
        await env.check(op, first, last)
    await env.check(ProgOp.WRITE, first, last, targets)
    await env.check(ProgOp.VERIFY, first, last, targets)
    await env.check(ProgOp.READ, first, last)
    assert env.programmer.counts.requested == 5 * cells
    missing = set(range(env.chip.word_cells)) - existing_cells(env.chip, first)
    assert not any(data[place] for data in env.programmer.read_back for place in missing)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def a_sweep_crosses_groups_and_layers_in_order(dut: Any) -> None:
    env = await started(dut)
    rows = env.chip.geometry[2].rows
    first, last = Address(2, 0, rows - 2), Address(3, 0, 1)
    await env.check(ProgOp.READ, first, last)
    seen = list(dict.fromkeys(event.address for event in env.macro.trace))
    assert seen == words(env.chip, first, last)
    assert len({(word.layer, word.group) for word in seen}) > 2


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def the_pointer_returns_to_the_first_word_after_the_last_of_the_chip(dut: Any) -> None:
    env = await started(dut)
    *_, last = words(env.chip, Address(0, 0, 0), Address(99, 0, 0))
    await env.check(ProgOp.SET, last)
    assert env.programmer.pointer == Address(0, 0, 0)
