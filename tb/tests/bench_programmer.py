from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

import cocotb

from chips.description import NESTINGS, Chip
from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE, Targets
from tb.drivers.programmer_env import ProgrammerEnv, failed_cells
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import (
    REF_HIGHEST,
    Address,
    Fail,
    ProgConfig,
    Sense,
    Window,
    existing_cells,
    group_range,
    words,
)
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell

WORD = Address(1, 0, 3)
LOW, HIGH = 120, 760  # codes well within the lowest and the highest level

Make = Callable[[Address, int], Cell]
Settings = TypeVar("Settings", ProgConfig, RampTable)


def changed(settings: Settings, **fields: Any) -> Settings:
    """A copy with some fields changed."""
    return replace(settings, **fields)


def all_high(address: Address, place: int) -> Cell:
    return Cell(code=HIGH, formed=True)


def all_low(address: Address, place: int) -> Cell:
    return Cell(code=LOW, formed=True)


def mixed(address: Address, place: int) -> Cell:
    """Formed cells at both ends, in a pattern that differs from word to word."""
    high = (7 * address.row + 3 * place) % 5 < 2
    return Cell(code=HIGH if high else LOW, formed=True)


async def started(dut: Any, make: Make = mixed, pauses: bool = False) -> ProgrammerEnv:
    rng = random.Random(cocotb.RANDOM_SEED) if pauses else None
    env = ProgrammerEnv(dut, make, rng)
    await env.start()
    return env


def partial_group(chip: Chip) -> tuple[Address, Address]:
    """The words of a group that has fewer sub-arrays than there are lanes."""
    for geometry in chip.geometry:
        for group in range(geometry.groups):
            first, last = group_range(chip, geometry.index, group)
            if len(existing_cells(chip, first)) < chip.word_cells:
                return first, last
    raise AssertionError("the chip has no such group")


def uniform(env: ProgrammerEnv, first: Address, last: Address, level: int) -> Targets:
    return {
        word: dict.fromkeys(existing_cells(env.chip, word), level)
        for word in words(env.chip, first, last)
    }


# Operations


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


# Acceptance


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def acceptance_takes_two_reads_in_a_row(dut: Any) -> None:
    flips = {0: frozenset({1}), 1: frozenset({1, 3}), 2: frozenset({0, 2}), 3: frozenset({0, 1, 2})}

    def flickers(address: Address, place: int) -> Cell:
        return Cell(code=LOW, formed=True, flips=flips.get(place, frozenset()))

    env = await started(dut, flickers)
    await env.check(ProgOp.SET, WORD)
    reads = {place: cell.reads for place, cell in env.macro.cells.word(WORD).items()}
    assert reads[4] == 2
    assert reads[0] == 4
    assert all(reads[place] >= 2 + max(wrong) for place, wrong in flips.items())


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_cell_read_once_in_its_window_is_masked_from_pulses(dut: Any) -> None:
    def make(address: Address, place: int) -> Cell:
        flips = frozenset({1}) if place == 4 else frozenset()
        return Cell(code=HIGH if place == 9 else LOW, formed=True, set_line=240, flips=flips)

    env = await started(dut, make)
    await env.check(ProgOp.SET, WORD)
    assert [pulse.cells for pulse in env.macro.pulses] == [frozenset({9}), frozenset({4})]


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_flickering_cell_fails_verify(dut: Any) -> None:
    def make(address: Address, place: int) -> Cell:
        flips = {2: frozenset({0}), 5: frozenset({1})}.get(place, frozenset())
        return Cell(code=LOW, formed=True, flips=flips)

    env = await started(dut, make)
    (word,) = await env.check(ProgOp.VERIFY, WORD, targets=uniform(env, WORD, WORD, 0))
    assert failed_cells(word.failed) == {(WORD, 2), (WORD, 5)}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_trim_moves_every_reference_but_not_the_log(dut: Any) -> None:
    def stuck(address: Address, place: int) -> Cell:
        return Cell(code=HIGH, formed=True, stuck=place == 6)

    env = await started(dut, stuck)
    env.programmer.configure(replace(env.programmer.config, sense_trim=-9, max_set=3))
    (word,) = await env.check(ProgOp.SET, WORD)
    bound = env.programmer.config.verify[0].hi
    assert word.failed == [Fail(WORD, 6, 1, bound, 0)]
    refs = {event.ref for event in env.macro.trace if isinstance(event, Sense)}
    assert refs == {bound - 9}


# Ramps


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def pulses_at_the_pins_follow_the_ramp_in_every_nesting(dut: Any) -> None:
    """A stuck cell shows the whole ramp: each amplitude and width, in order, and that it holds."""
    env = await started(dut, lambda address, place: Cell(code=HIGH, formed=place != 0, stuck=True))
    config = env.programmer.config
    for nesting in range(len(NESTINGS)):
        form = RampTable(Ramp(150, 172, 10), Ramp(262, 284, 11), Ramp(2, 5, 2), nesting)
        low = RampTable(Ramp(161, 180, 9), Ramp(230, 241, 10), Ramp(1, 3, 1), nesting)
        env.programmer.configure(
            replace(config, form=form, set=low, max_form=20, max_set=22, form_ref=200)
        )
        for op, table, limit in ((ProgOp.FORM, form, 20), (ProgOp.SET, low, 22)):
            env.macro.trace.clear()
            await env.check(op, WORD)
            seen = [(pulse.wl, pulse.line, pulse.width) for pulse in env.macro.pulses]
            points = list(table.points())
            assert seen == (points + [points[-1]] * limit)[:limit]


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def every_word_starts_its_ramp_again(dut: Any) -> None:
    env = await started(dut, lambda address, place: Cell(code=LOW, formed=True, reset_wl=280))
    first, last = Address(1, 0, 0), Address(1, 0, 3)
    await env.check(ProgOp.RESET, first, last)
    assert [pulse.wl for pulse in env.macro.pulses] == [250, 260, 270, 280] * 4


# Failures and limits


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
    assert word.pulses == {"form": 4, "set": 0, "reset": 1}
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
    programmer.upset("counters", "counts_q", (1 << 7 * 32) - 1)
    await wait_cycles()
    assert await programmer.run(ProgOp.FORM, WORD) is ProgErr.NONE
    assert await programmer.run(ProgOp.SET, WORD) is ProgErr.NONE
    assert set(programmer.counts) == {full}


# Commands


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def start_and_resume_while_busy_are_ignored(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    last = Address(1, 0, 9)
    await programmer.command(ProgOp.SET, WORD, last)
    for _ in range(40):
        await wait_cycles(7)
        await programmer.command(ProgOp.RESET, Address(0, 0, 0), Address(0, 0, 1))
        await programmer.strobe("resume")
    assert await programmer.done() is ProgErr.NONE
    await wait_cycles(2)
    assert not programmer.busy
    assert programmer.pointer == env.after(last)
    assert {pulse.address for pulse in env.macro.pulses} == set(words(env.chip, WORD, last))
    assert not any(pulse.reset for pulse in env.macro.pulses)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def operations_of_other_chips_are_refused(dut: Any) -> None:
    env = await started(dut)
    legal = {ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.READ, ProgOp.VERIFY, ProgOp.WRITE}
    for op in set(range(16)) - legal:
        await refused(env, ProgErr.OP, op)


async def refused(
    env: ProgrammerEnv,
    error: ProgErr,
    op: int = ProgOp.FORM,
    first: Address = WORD,
    last: Address = WORD,
) -> None:
    """A start is answered with an error, and nothing else happens."""
    programmer = env.programmer
    pointer, counts, events = programmer.pointer, programmer.counts, len(env.macro.trace)
    await programmer.command(op, first, last)
    assert programmer.lines == SAFE
    answer = await programmer.done()
    assert answer is error, f"operation {op} from {first} to {last}: {answer.name}"
    await wait_cycles(30)
    assert not programmer.busy
    assert (programmer.pointer, programmer.counts) == (pointer, counts)
    assert len(env.macro.trace) == events


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def ranges_that_are_not_on_the_chip_are_refused(dut: Any) -> None:
    env = await started(dut)
    chip = env.chip
    for geometry in chip.geometry:
        layer, group, row = geometry.index, geometry.groups - 1, geometry.rows - 1
        good = Address(layer, group, row)
        beyond = [Address(layer, group, row + 1)]
        if group + 1 < 1 << chip.pins.group:
            beyond.append(Address(layer, group + 1, 0))
        for bad in beyond:
            await refused(env, ProgErr.RANGE, ProgOp.READ, good, bad)
            await refused(env, ProgErr.RANGE, ProgOp.READ, bad, bad)
    if len(chip.geometry) < 1 << chip.pins.layer:
        await refused(env, ProgErr.RANGE, ProgOp.READ, WORD, Address(len(chip.geometry), 0, 0))
    for first, last in ((Address(1, 0, 4), Address(1, 0, 3)), (Address(2, 0, 0), Address(1, 0, 5))):
        await refused(env, ProgErr.RANGE, ProgOp.READ, first, last)


def broken_ramps(config: ProgConfig, kind: str) -> list[ProgConfig]:
    """Every way in which the table of one operation can be illegal."""
    table: RampTable = getattr(config, kind)
    broken = [replace(table, nesting=nesting) for nesting in (6, 7)]
    for name in ("wl", "line", "width"):
        ramp: Ramp = getattr(table, name)
        for bad in (replace(ramp, start=ramp.stop + 1), replace(ramp, step=0)):
            broken.append(changed(table, **{name: bad}))
    broken.append(replace(table, width=Ramp(0, 3, 1)))
    return [changed(config, **{kind: bad}) for bad in broken]


def ramps_above_the_ceiling(chip: Chip, config: ProgConfig, kind: str) -> list[ProgConfig]:
    ceilings, step = chip.programming.ceilings, chip.programming.dac_step_mv
    table: RampTable = getattr(config, kind)
    tops = {
        "wl": getattr(ceilings, f"{kind}_wl_mv") // step,
        "line": getattr(ceilings, f"{kind}_line_mv") // step,
        "width": ceilings.width_ns // chip.clock.clk_period_ns,
    }
    return [
        changed(config, **{kind: changed(table, **{n: replace(getattr(table, n), stop=top + 1)})})
        for n, top in tops.items()
    ]


PULSING = (ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.WRITE)


async def refused_by_users(
    env: ProgrammerEnv, config: ProgConfig, error: ProgErr, users: tuple[ProgOp, ...]
) -> None:
    """The operations that use a setting refuse it; READ and VERIFY run with it if they do not."""
    env.programmer.configure(config)
    for op in users:
        await refused(env, error, op)
    for op in (ProgOp.READ, ProgOp.VERIFY):
        if op not in users:
            targets = uniform(env, WORD, WORD, 0)
            assert await env.programmer.run(op, WORD, targets=targets) is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def illegal_ramps_are_refused(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    for kind in ("form", "set", "reset"):
        users = (ProgOp.FORM,) if kind == "form" else PULSING
        for bad in broken_ramps(config, kind):
            await refused_by_users(env, bad, ProgErr.RAMP, users)
        for bad in ramps_above_the_ceiling(env.chip, config, kind):
            await refused_by_users(env, bad, ProgErr.CEILING, users)
    ceiling = env.chip.programming.ceilings.reset_wl_mv // env.chip.programming.dac_step_mv
    everyone = (*PULSING, ProgOp.READ, ProgOp.VERIFY)
    await refused_by_users(env, replace(config, wl_sense=ceiling + 1), ProgErr.CEILING, everyone)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_ceilings_themselves_are_legal(dut: Any) -> None:
    env = await started(dut, all_low)
    ceilings, step = env.chip.programming.ceilings, env.chip.programming.dac_step_mv
    width = ceilings.width_ns // env.chip.clock.clk_period_ns
    top = {
        kind: RampTable(
            Ramp(100, getattr(ceilings, f"{kind}_wl_mv") // step, 100),
            Ramp(100, getattr(ceilings, f"{kind}_line_mv") // step, 100),
            Ramp(1, width, 100),
        )
        for kind in ("form", "set", "reset")
    }
    config = changed(env.programmer.config, **top, wl_sense=ceilings.reset_wl_mv // step)
    env.programmer.configure(config)
    await env.check(ProgOp.FORM, WORD)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def limits_of_zero_are_refused(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    for name in ("max_set", "max_reset", "max_total"):
        await refused_by_users(env, changed(config, **{name: 0}), ProgErr.LIMIT, PULSING)
    await refused_by_users(env, replace(config, max_form=0), ProgErr.LIMIT, (ProgOp.FORM,))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def unsound_windows_are_refused(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    (low, high), (read_low, read_high) = config.verify, config.read
    everyone = (*PULSING, ProgOp.READ, ProgOp.VERIFY)
    for verify in (
        (low, Window(high.lo, high.lo)),
        (low, Window(500, 499)),
        (Window(0, 0), high),
        (Window(low.lo, read_low.hi + 1), high),
        (low, Window(read_high.lo - 1, high.hi)),
    ):
        await refused_by_users(env, replace(config, verify=verify), ProgErr.WINDOW, everyone)
    for read in (
        (read_low, Window(read_low.hi - 1, REF_HIGHEST)),
        (Window(low.lo + 1, read_low.hi), read_high),
        (read_low, Window(read_high.lo, high.hi - 1)),
    ):
        await refused_by_users(env, replace(config, read=read), ProgErr.WINDOW, everyone)
    for form_ref in (0, REF_HIGHEST):
        bad = replace(config, form_ref=form_ref)
        await refused_by_users(env, bad, ProgErr.WINDOW, (ProgOp.FORM,))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_lowest_error_code_is_told(dut: Any) -> None:
    env = await started(dut, all_low)
    config = env.programmer.config
    bad = replace(
        config,
        set=replace(config.set, wl=Ramp(170, 511, 0)),
        reset=replace(config.reset, line=Ramp(1, 511, 1)),
        max_set=0,
        form_ref=0,
    )
    env.programmer.configure(bad)
    env.programmer.set_flag("allow", 0)
    env.programmer.set_flag("supply_ok", 0)
    await refused(env, ProgErr.OP, ProgOp.NONE, Address(1, 0, 4))
    await refused(env, ProgErr.RANGE, ProgOp.FORM, Address(1, 0, 4), Address(1, 0, 3))
    await refused(env, ProgErr.RAMP)
    env.programmer.configure(replace(bad, set=config.set))
    await refused(env, ProgErr.CEILING)
    env.programmer.configure(replace(bad, set=config.set, reset=config.reset))
    await refused(env, ProgErr.LIMIT)
    env.programmer.configure(replace(config, form_ref=0))
    await refused(env, ProgErr.WINDOW)
    env.programmer.configure(config)
    await refused(env, ProgErr.BUSY)
    env.programmer.set_flag("allow", 1)
    await refused(env, ProgErr.SUPPLY)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def inference_that_begins_later_does_not_stop_a_sweep(dut: Any) -> None:
    env = await started(dut, all_high)
    await env.programmer.command(ProgOp.SET, WORD, WORD)
    env.programmer.set_flag("allow", 0)
    assert await env.programmer.done() is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def resume_needs_something_to_go_on_with(dut: Any) -> None:
    env = await started(dut, all_high)
    assert await env.programmer.resume(WORD) is ProgErr.OP
    await env.check(ProgOp.SET, WORD)
    assert await env.programmer.resume(WORD) is ProgErr.RANGE
    await refused(env, ProgErr.RANGE, ProgOp.SET, WORD, Address(1, 0, 0))
    assert await env.programmer.resume(WORD) is ProgErr.RANGE
    *_, last = words(env.chip, Address(0, 0, 0), Address(99, 0, 0))
    await env.check(ProgOp.SET, last)
    assert await env.programmer.resume(last) is ProgErr.RANGE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_refused_start_leaves_the_resume_of_the_last_one(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    last = Address(1, 0, 6)
    await programmer.command(ProgOp.SET, WORD, last)
    await programmer.pulse_starts()
    await programmer.strobe("abort")
    assert await programmer.done() is ProgErr.ABORTED
    await refused(env, ProgErr.OP, ProgOp.MARCH, Address(0, 0, 0), Address(0, 0, 1))
    assert await programmer.resume(last) is ProgErr.NONE
    assert all(set(env.levels(word).values()) == {0} for word in words(env.chip, WORD, last))


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def start_wins_over_resume_in_the_same_cycle(dut: Any) -> None:
    env = await started(dut, all_high)
    programmer = env.programmer
    await programmer.command(ProgOp.SET, WORD, Address(1, 0, 9))
    await programmer.pulse_starts()
    await programmer.strobe("abort")
    await programmer.done()
    env.macro.trace.clear()
    await wait_cycles(2)
    dut.resume_i.value = 1
    await programmer.command(ProgOp.READ, Address(0, 0, 1), Address(0, 0, 1))
    dut.resume_i.value = 0
    assert await programmer.done() is ProgErr.NONE
    assert {event.address for event in env.macro.trace} == {Address(0, 0, 1)}
    assert not env.macro.pulses


# Stops

Fault = Callable[[ProgrammerEnv], Awaitable[None]]


async def abort(env: ProgrammerEnv) -> None:
    await env.programmer.strobe("abort")


async def brown_out(env: ProgrammerEnv) -> None:
    env.programmer.set_flag("supply_ok", 0)
    await wait_cycles()


async def length(env: ProgrammerEnv, op: ProgOp, last: Address, targets: Targets) -> int:
    """Cycles that an undisturbed operation takes."""
    programmer = env.programmer
    stream = programmer.stream(targets, words(env.chip, WORD, last))
    await programmer.command(op, WORD, last)
    cycles = 0
    while programmer.busy:
        await wait_cycles()
        cycles += 1
    stream.cancel()
    env.renew_cells()
    return cycles


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


# Invalid states

STATES = {"prog": (3, 5), "verify": (4, 11), "pulse": (4, 10)}  # bits, legal states


async def recovers_from_upsets(dut: Any, block: str) -> None:
    """Every invalid state, at many times: all off, told, and the next operation is clean."""
    env = await started(dut)
    programmer = env.programmer
    targets = env.data(WORD, WORD)
    cycles = await length(env, ProgOp.WRITE, WORD, targets)
    width, legal = STATES[block]
    for state in range(legal, 1 << width):
        for cycle in range(0, cycles - 3, 1 + cycles // 60):
            env.renew_cells()
            stream = programmer.stream(targets, [WORD])
            await programmer.command(ProgOp.WRITE, WORD, WORD)
            await wait_cycles(cycle)
            busy = programmer.lines != SAFE
            programmer.upset(block, "state_q", state)
            await wait_cycles()
            assert programmer.lines == SAFE, f"{block} in state {state}, cycle {cycle}"
            error = await programmer.done()
            stream.cancel()
            if busy or block != "pulse":
                assert error is ProgErr.STATE, f"{block} in state {state}, cycle {cycle}: {error}"
            await wait_cycles(15)
            assert await programmer.run(ProgOp.WRITE, WORD, targets=targets) is ProgErr.NONE
            assert env.levels(WORD) == targets[WORD]


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_invalid_state_of_the_sweep_turns_all_off(dut: Any) -> None:
    await recovers_from_upsets(dut, "prog")


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_invalid_state_of_write_verify_turns_all_off(dut: Any) -> None:
    await recovers_from_upsets(dut, "verify")


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_invalid_state_of_the_pulse_turns_all_off(dut: Any) -> None:
    await recovers_from_upsets(dut, "pulse")


# Random


def random_cell(rng: random.Random) -> Cell:
    """Any cell: pristine or formed, strong or weak, noisy, stuck, with steps or jumps."""
    formed = rng.random() < 0.7
    steps = rng.random() < 0.5
    return Cell(
        code=rng.choice((rng.randrange(1024), LOW, HIGH)) if formed else 950,
        formed=formed,
        form_line=rng.randrange(255, 300, 5),
        form_wl=rng.randrange(130, 180, 10),
        set_line=rng.choice((200, 230, 240, 250)),
        set_wl=rng.randrange(150, 190, 10),
        reset_line=rng.randrange(250, 300, 5),
        reset_wl=rng.randrange(240, 300, 10),
        min_width=rng.choice((1, 1, 2, 3)),
        set_step=rng.randrange(20, 400) if steps else None,
        reset_step=rng.randrange(20, 400) if steps else None,
        stuck=rng.random() < 0.03,
        flips=frozenset(n for n in range(30) if rng.random() < 0.05),
    )


def random_ramp(rng: random.Random, start: int, stop: int, step: int) -> Ramp:
    low = rng.randrange(start, stop + 1)
    return Ramp(low, rng.randrange(low, stop + 1), rng.randrange(1, step + 1))


def random_config(rng: random.Random, chip: Chip) -> ProgConfig:
    """A legal configuration with small limits and windows that may be closed."""
    ceilings, step = chip.programming.ceilings, chip.programming.dac_step_mv

    def table(wl_mv: int, line_mv: int) -> RampTable:
        return RampTable(
            random_ramp(rng, wl_mv // step - 60, wl_mv // step, 30),
            random_ramp(rng, line_mv // step - 60, line_mv // step, 30),
            random_ramp(rng, 1, 4, 2),
            rng.randrange(len(NESTINGS)),
        )

    levels = chip.chip.levels
    bounds = [0, *sorted(rng.sample(range(100, 900, 50), levels - 1)), REF_HIGHEST]
    read = tuple(Window(lo, hi) for lo, hi in pairwise(bounds))
    verify = tuple(
        Window(lo + rng.choice((0, 0, 1, 10)), hi - rng.choice((0, 0, 1, 20))) for lo, hi in read
    )
    return ProgConfig(
        form=table(ceilings.form_wl_mv, ceilings.form_line_mv),
        set=table(ceilings.set_wl_mv, ceilings.set_line_mv),
        reset=table(ceilings.reset_wl_mv, ceilings.reset_line_mv),
        verify=verify,
        read=read,
        form_ref=rng.choice((rng.randrange(1, REF_HIGHEST), 700, verify[-1].lo or 1)),
        sense_trim=rng.randrange(-32, 32),
        wl_sense=rng.randrange(331),
        max_form=rng.randrange(1, 12),
        max_set=rng.randrange(1, 12),
        max_reset=rng.randrange(1, 12),
        max_total=rng.randrange(1, 30),
        max_reversals=rng.randrange(5),
    )


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def random_sweeps_do_what_the_rules_say(dut: Any) -> None:
    rng = random.Random(cocotb.RANDOM_SEED)
    env = await started(dut, lambda address, place: random_cell(rng), pauses=True)
    everywhere = words(env.chip, Address(0, 0, 0), Address(99, 0, 0))
    ops = (ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.WRITE, ProgOp.VERIFY, ProgOp.READ)
    for _ in range(150):
        if rng.random() < 0.2:
            env.renew_cells()
        env.programmer.configure(random_config(rng, env.chip))
        begin = rng.randrange(len(everywhere))
        order = everywhere[begin : begin + rng.choice((1, 1, 2))]
        op = rng.choice(ops)
        uses_targets = op in (ProgOp.WRITE, ProgOp.VERIFY)
        targets = env.data(order[0], order[-1], rng.randrange(1 << 30)) if uses_targets else None
        await env.check(op, order[0], order[-1], targets)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def the_whole_life_of_a_group(dut: Any) -> None:
    """FORM, WRITE, READ, VERIFY with cells of every strength that the default tables can move."""
    rng = random.Random(cocotb.RANDOM_SEED)

    def make(address: Address, place: int) -> Cell:
        return Cell(
            form_line=rng.randrange(255, 300, 5),
            form_wl=rng.randrange(130, 200, 10),
            reset_line=rng.randrange(250, 300, 5),
            reset_wl=rng.randrange(240, 300, 10),
        )

    env = await started(dut, make, pauses=True)
    first, last = group_range(env.chip, 2, 1)
    targets = env.data(first, last, rng.randrange(1 << 30))
    await env.check(ProgOp.FORM, first, last)
    for _ in range(2):
        targets = env.data(first, last, rng.randrange(1 << 30))
        await env.check(ProgOp.WRITE, first, last, targets)
        assert {word: env.levels(word) for word in targets} == targets
    await env.check(ProgOp.READ, first, last)
    await env.check(ProgOp.VERIFY, first, last, targets)
    assert env.programmer.counts.failed == 0
