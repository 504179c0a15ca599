from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from chips.sections import NESTINGS
from tb.drivers.programmer_cases import HIGH, LOW, WORD, started, uniform
from tb.drivers.programmer_env import failed_cells
from tb.host.regmap import ProgOp
from tb.models.programming import Address, Fail, Sense
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell

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
