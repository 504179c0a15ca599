"""Rules of the self-test, the exercises and the endurance counts.

Each test breaks the design in one place, see `tb.drivers.broken_programmer`.
"""

from __future__ import annotations

from typing import Any

from tb.drivers.broken_programmer import LAST, Exercise, low, property_test, running, runs_on
from tb.drivers.cycles import wait_cycles
from tb.host.regmap import ProgErr, ProgOp, PulseKind


@property_test
async def a11_count(dut: Any) -> None:
    programmer = await running(dut, ProgOp.TEST_PULSE, low, LAST, level=1, test_kind=PulseKind.SET)
    await programmer.in_state("exercise", Exercise.PULSING)
    programmer.upset("exercise", "state_q", Exercise.PULSE)
    await runs_on(programmer)


@property_test
async def a11_kind(dut: Any) -> None:
    programmer = await running(dut, ProgOp.CYCLE, low, LAST, test_cycles=3)
    await programmer.in_state("exercise", Exercise.PULSE)
    programmer.upset("exercise", "kind_q", PulseKind.RESET)
    await runs_on(programmer)


@property_test
async def a11_complete(dut: Any) -> None:
    programmer = await running(dut, ProgOp.CYCLE, low, LAST, test_cycles=3)
    await programmer.in_state("exercise", Exercise.PULSING)
    programmer.upset("exercise", "left_q", 1)
    await runs_on(programmer)


@property_test
async def a15_charged(dut: Any) -> None:
    programmer = await running(dut, ProgOp.CYCLE, low, LAST, test_cycles=3)
    await programmer.in_state("exercise", Exercise.PULSING)
    programmer.upset("endurance", "most_q", 5)
    await runs_on(programmer)


@property_test
async def a17_busy(dut: Any) -> None:
    programmer = await running(dut, ProgOp.MARCH, low, LAST)
    await wait_cycles(40)
    programmer.upset("bist", "running_q", 0)
    await runs_on(programmer)


@property_test
async def a14_range(dut: Any) -> None:
    programmer = await running(dut, ProgOp.MARCH, low, LAST)
    while programmer.peek("bist", "writing_q") == 0:
        await wait_cycles()
    programmer.upset("bist", "word_q", programmer.peek("bist", "last_q") + 1)
    await runs_on(programmer, 500)


@property_test
async def a13_stopped(dut: Any) -> None:
    programmer = await running(dut, ProgOp.MARCH, low, LAST)
    await wait_cycles(40)
    await programmer.strobe("abort")
    while not programmer.peek("prog", "done_q"):
        await wait_cycles()
    programmer.upset("prog", "err_q", ProgErr.NONE)
    programmer.upset("bist", "stop_q", ProgErr.NONE)
    await runs_on(programmer)
