"""Clock, reset and time of a bench, counted in cycles of the system clock.

Cycle n begins with the n-th rising edge, and its middle is `n * period_ps()`. Benches drive and
read in the middle of a cycle: what is driven there counts at the edge that ends the cycle.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import Timer
from cocotb.utils import get_sim_time

from tb.drivers.chip_under_test import chip_under_test


@cache
def period_ps() -> int:
    """Period of the system clock."""
    return chip_under_test().clock.clk_period_ns * 1000


def cycle_now() -> int:
    """Number of the current cycle."""
    return (int(get_sim_time("ps")) + period_ps() // 2) // period_ps()


async def wait_cycles(count: int = 1) -> None:
    """Wait from the middle of a cycle to the middle of a later one."""
    if count:
        await Timer(count * period_ps(), "ps")


async def middle_of_cycle() -> None:
    """Wait from the edge that begins a cycle to its middle."""
    await Timer(period_ps() // 2, "ps")


async def wait_until(cycle: int) -> None:
    """Wait to the middle of a cycle that is not over its middle yet."""
    wait_ps = cycle * period_ps() - int(get_sim_time("ps"))
    assert wait_ps >= 0, f"cycle {cycle} is over"
    if wait_ps:
        await Timer(wait_ps, "ps")


async def whole_period() -> None:
    """Wait until the time is a whole number of periods."""
    begun_ps = int(get_sim_time("ps")) % period_ps()
    if begun_ps:
        await Timer(period_ps() - begun_ps, "ps")


def watch_coverage(top: Any) -> None:
    """Count from now on what the test reaches of the functional plan, if the runner asks for it."""
    if "CNR_COVERAGE" in os.environ:
        from tb.coverage.hook import attach  # a run that is not counted does not load it

        attach(top)


class ClockReset:
    """The clock and the reset of a design."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._clk = dut.clk_i
        self._rst_n = dut.rst_ni

    async def start(self) -> None:
        """Start the clock in reset and leave it, in the middle of a cycle.

        Reset falls before the first edge of the clock, so that no flop keeps a random value. After
        another test in the same simulator the clock starts where it would have from time 0.
        """
        self._clk.value = 0
        self._rst_n.value = 1
        await whole_period()
        await Timer(1, "ps")
        self._rst_n.value = 0
        await Timer(period_ps() - 1, "ps")
        Clock(self._clk, period_ps(), "ps").start(start_high=False)
        await wait_cycles()
        await self.reset()
        watch_coverage(self._dut)

    async def reset(self, cycles: int = 2) -> None:
        """Hold reset for some cycles, from the middle of one to the middle of another."""
        self._rst_n.value = 0
        await wait_cycles(cycles)
        self._rst_n.value = 1
