"""Rules of the sweep and the counters.

Each test breaks the design in one place, see `tb.drivers.broken_programmer`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tb.drivers.broken_programmer import (
    LAST,
    TABLE,
    WORD,
    Prog,
    Pulse,
    Verify,
    forced_start,
    in_pulse,
    low,
    property_test,
    running,
    runs_on,
    setting,
)
from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Programmer
from tb.host.regmap import ProgOp
from tb.models.programming import Address
from tb.models.ramp import Ramp
from tb.models.simple_cells import Cell


@property_test
async def a12_sum(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.upset("counters", "counts_q", 5)
    await runs_on(programmer)


@property_test
async def a12_no_wrap(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.upset("counters", "counts_q", 7 << 192)
    await wait_cycles()
    programmer.upset("counters", "counts_q", 6 << 192)
    await runs_on(programmer)


@property_test
async def a13_pointer(dut: Any) -> None:
    programmer = await setting(dut)
    await wait_cycles(20)
    programmer.upset("prog", "pointer_q", 1)
    await runs_on(programmer)


@property_test
async def a13_end(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    await programmer.strobe("abort")
    await programmer.in_state("verify", Verify.DONE)
    programmer.upset("verify", "state_q", 0)
    await runs_on(programmer)


@property_test
async def a17_answer(dut: Any) -> None:
    programmer = await setting(dut)
    await wait_cycles(20)
    programmer.upset("prog", "state_q", Prog.IDLE)
    await runs_on(programmer)


@property_test
async def a17_one_word(dut: Any) -> None:
    programmer = await setting(dut)
    await wait_cycles(20)
    programmer.upset("prog", "state_q", Prog.NEXT)
    await runs_on(programmer)


@property_test
async def a17_read_back(dut: Any) -> None:
    programmer = await running(dut, ProgOp.READ, lambda a, n: Cell())
    programmer.stall_read_back()
    await wait_cycles(60)
    programmer.upset("prog", "state_q", Prog.RUN)
    await runs_on(programmer)


@property_test
async def a19_stop(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset("prog", "state_q", 7)
    await wait_cycles()
    programmer.upset("prog", "stop_q", 0)
    await runs_on(programmer)


@property_test
async def a18_ramps(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, set=replace(TABLE, wl=Ramp(170, 170, 0)))


@property_test
async def a18_form(dut: Any) -> None:
    await forced_start(dut, ProgOp.FORM, form=replace(TABLE, width=Ramp(0, 3, 1)))


@property_test
async def a18_ceilings(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, set=replace(TABLE, wl=Ramp(170, 500, 10)))


@property_test
async def a20_allowed(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, allow=0)


@property_test
async def a12_word(dut: Any) -> None:
    programmer = await setting(dut)
    failed_only = 3 << programmer.chip.word_cells.bit_length()
    programmer.force("counters", "word_i", failed_only)
    await programmer.done()
    await runs_on(programmer)


@property_test
async def a12_complete(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.force("prog", "word_counted_o", 1)
    await runs_on(programmer)


async def second_word(dut: Any, last: Address = LAST) -> Programmer:
    """The cycle in which the pointer has just moved to the second word of a SET."""
    programmer = await running(dut, ProgOp.SET, low, last)
    await programmer.in_state("prog", Prog.RUN)
    await programmer.in_state("prog", Prog.NEXT)
    return programmer


@property_test
async def a13_order(dut: Any) -> None:
    programmer = await second_word(dut)
    programmer.upset_pointer(Address(1, 0, 1))
    await runs_on(programmer)


@property_test
async def a13_word(dut: Any) -> None:
    programmer = await second_word(dut)
    programmer.upset_pointer(Address(1, 0, LAST.row + 1))
    await runs_on(programmer)


@property_test
async def a14_lanes(dut: Any) -> None:
    """A group that the layer does not have."""
    programmer = await second_word(dut, last=Address(2, 0, 0))
    programmer.upset_pointer(Address(1, 1, 0))
    await runs_on(programmer)


@property_test
async def a13_stop(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.force("prog", "stop_o", 0)
    await programmer.strobe("abort")
    await runs_on(programmer)


@property_test
async def a13_suspend(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.force("prog", "stop_o", 0)
    await programmer.strobe("suspend")
    await runs_on(programmer)


@property_test
async def a15_worn(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.done()
    programmer.limit_wear(0)
    await programmer.command(ProgOp.SET, WORD, WORD)
    programmer.force("prog", "word_start_o", 1)
    await runs_on(programmer)


@property_test
async def a17_taken(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.force("prog", "w_ready_o", 1)
    await runs_on(programmer)


@property_test
async def a17_start(dut: Any) -> None:
    programmer = await running(dut, ProgOp.WRITE, low)
    programmer.force("prog", "word_start_o", 1)
    await runs_on(programmer)


@property_test
async def a18_lock(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, unlocked=0)


@property_test
async def a18_range(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, last=Address(1, 0, WORD.row - 1))


@property_test
async def a18_refused(dut: Any) -> None:
    programmer = await running(dut, ProgOp.NONE, low)
    programmer.upset("prog", "err_q", 0)
    await runs_on(programmer)
