from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.cycles import cycle_now, wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import LOW, WORD, all_high, all_low, changed, started, uniform
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, Sense
from tb.models.simple_cells import Cell

LAST = Address(1, 0, 5)
WAIT = 300


async def relaxing(dut: Any, make: Any, **settings: int) -> ProgrammerEnv:
    """The bench with a delayed verify."""
    env = await started(dut, make)
    env.programmer.configure(changed(env.programmer.config, relax_cycles=WAIT, **settings))
    return env


def dropping(*places: int, reads: tuple[int, ...] = (3,)) -> Any:
    """Low cells some of which read wrong once: by default in the delayed verify of a RESET.

    One read before the pulse, two after it; the next is the delayed one.
    """

    def make(address: Address, place: int) -> Cell:
        return Cell(code=LOW, formed=True, flips=frozenset(reads if place in places else ()))

    return make


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_pulsed_word_is_sensed_once_more_after_the_wait(dut: Any) -> None:
    env = await relaxing(dut, all_low)
    begin = cycle_now()
    await env.check(ProgOp.RESET, WORD)
    slow = cycle_now() - begin
    senses = [event for event in env.macro.trace if isinstance(event, Sense)]
    assert len(senses) == 4  # before, twice after, and the delayed one
    env.renew_cells()
    env.programmer.configure(changed(env.programmer.config, relax_cycles=0))
    begin = cycle_now()
    await env.check(ProgOp.RESET, WORD)
    fast = cycle_now() - begin
    assert WAIT < slow - fast < WAIT + 60


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_cell_that_drops_out_is_counted_and_written_again(dut: Any) -> None:
    env = await relaxing(dut, dropping(2, 5))
    (word,) = await env.check(ProgOp.RESET, WORD)
    assert word.dropouts == env.programmer.counts.dropouts == 2
    assert not word.failed
    again = env.macro.pulses[1]
    assert again.cells == {2, 5}
    assert set(env.levels(WORD).values()) == {env.chip.chip.levels - 1}


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_wait_is_repeated_until_nothing_drops_out(dut: Any) -> None:
    env = await relaxing(dut, dropping(4, reads=(3, 6)))
    (word,) = await env.check(ProgOp.RESET, WORD)
    assert word.dropouts == 1  # the same cell twice
    assert len(env.macro.pulses) == 3


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_word_that_was_not_pulsed_does_not_wait(dut: Any) -> None:
    env = await relaxing(dut, all_high)
    begin = cycle_now()
    await env.check(ProgOp.RESET, WORD)
    await env.check(ProgOp.VERIFY, WORD, targets=uniform(env, WORD, WORD, 1))
    assert cycle_now() - begin < WAIT


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def pulses_after_the_wait_count_against_the_same_limits(dut: Any) -> None:
    env = await relaxing(dut, dropping(1, reads=(3, 6, 9, 12, 15)), max_reset=3)
    (word,) = await env.check(ProgOp.RESET, WORD)
    assert [fail.cell for fail in word.failed] == [1]
    assert len(env.macro.pulses) == 3


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def forming_waits_for_the_formed_cells_only(dut: Any) -> None:
    def make(address: Address, place: int) -> Cell:
        return Cell(code=LOW, formed=True) if place % 2 else Cell()

    env = await relaxing(dut, make)
    await env.check(ProgOp.FORM, WORD, LAST)
    delayed = [event for event in env.macro.trace if isinstance(event, Sense)][-1]
    assert delayed.cells == {place for place in env.codes(WORD) if place % 2 == 0}
    assert all(env.codes(WORD)[place] == LOW for place in env.codes(WORD) if place % 2)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_abort_ends_the_wait(dut: Any) -> None:
    env = await relaxing(dut, all_low)
    for supply in (False, True):
        env.renew_cells()
        await env.programmer.command(ProgOp.RESET, WORD, LAST)
        while len(env.macro.trace) < 4:
            await wait_cycles()
        await wait_cycles(60)
        assert env.programmer.lines == SAFE
        if supply:
            env.programmer.set_flag("supply_ok", 0)
        else:
            await env.programmer.strobe("abort")
        await wait_cycles(4)
        assert not env.programmer.busy
        assert env.programmer.error is (ProgErr.SUPPLY if supply else ProgErr.ABORTED)
        assert env.programmer.pointer == WORD
        env.programmer.set_flag("supply_ok", 1)
    await env.check(ProgOp.RESET, WORD, LAST)
    env.programmer.configure(replace(env.programmer.config, relax_cycles=0))
