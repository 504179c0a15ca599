"""Each test breaks the self-test, the exercises or the endurance counts, so that a property fires.

`tb/test_prog_properties.py` runs them and looks for the message; a test that ends is a failure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Programmer
from tb.drivers.programmer_cases import changed, started, uniform
from tb.host.regmap import ProgErr, ProgOp, PulseKind
from tb.models.programming import Address, words

FIRST, LAST = Address(1, 0, 3), Address(1, 0, 5)
PULSE, PULSING = 1, 2  # states of cnr_exercise

property_test = cocotb.test(timeout_time=5, timeout_unit="ms")


async def running(dut: Any, op: ProgOp, **settings: int) -> Programmer:
    """An operation under way over some words."""
    env = await started(dut)
    programmer = env.programmer
    programmer.configure(changed(programmer.config, **settings))
    programmer.stream(uniform(env, FIRST, LAST, 1), words(env.chip, FIRST, LAST))
    await programmer.command(op, FIRST, LAST)
    return programmer


@property_test
async def a11_count(dut: Any) -> None:
    programmer = await running(dut, ProgOp.TEST_PULSE, test_kind=PulseKind.SET)
    await programmer.in_state("exercise", PULSING)
    programmer.upset("exercise", "state_q", PULSE)
    await wait_cycles(200)


@property_test
async def a11_kind(dut: Any) -> None:
    programmer = await running(dut, ProgOp.CYCLE, test_cycles=3)
    await programmer.in_state("exercise", PULSE)
    programmer.upset("exercise", "kind_q", PulseKind.RESET)
    await wait_cycles(200)


@property_test
async def a11_complete(dut: Any) -> None:
    programmer = await running(dut, ProgOp.CYCLE, test_cycles=3)
    await programmer.in_state("exercise", PULSING)
    programmer.upset("exercise", "left_q", 1)
    await wait_cycles(300)


@property_test
async def a15_charged(dut: Any) -> None:
    programmer = await running(dut, ProgOp.CYCLE, test_cycles=3)
    await programmer.in_state("exercise", PULSING)
    programmer.upset("endurance", "most_q", 5)
    await wait_cycles(300)


@property_test
async def a17_busy(dut: Any) -> None:
    programmer = await running(dut, ProgOp.MARCH)
    await wait_cycles(40)
    programmer.upset("bist", "running_q", 0)
    await wait_cycles(10)


@property_test
async def a14_range(dut: Any) -> None:
    programmer = await running(dut, ProgOp.MARCH)
    while programmer.peek("bist", "writing_q") == 0:
        await wait_cycles()
    programmer.upset("bist", "word_q", programmer.peek("bist", "last_q") + 1)
    await wait_cycles(500)


@property_test
async def a13_stopped(dut: Any) -> None:
    programmer = await running(dut, ProgOp.MARCH)
    await wait_cycles(40)
    await programmer.strobe("abort")
    while not programmer.peek("prog", "done_q"):
        await wait_cycles()
    programmer.upset("prog", "err_q", ProgErr.NONE)
    programmer.upset("bist", "stop_q", ProgErr.NONE)
    await wait_cycles(10)
