from __future__ import annotations

import random
from typing import Any

import cocotb

from chips.sections import NESTINGS
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, wait_cycles
from tb.drivers.prog_structs import ProgStructs
from tb.models.ramp import Ramp, RampTable


class RampEnv:
    """Steps `cnr_ramp` and reads its point."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        for handle in (dut.cfg_i, dut.restart_i, dut.step_i):
            handle.value = 0
        self.rng = random.Random(cocotb.RANDOM_SEED)
        self._structs = ProgStructs(chip_under_test())

    async def start(self) -> None:
        await ClockReset(self._dut).start()

    def configure(self, table: RampTable) -> None:
        self._dut.cfg_i.value = self._structs.ramp_table(table)

    async def strobe(self, restart: bool = False, step: bool = False) -> tuple[int, int, int]:
        """Strobe for one edge; the point after it."""
        self._dut.restart_i.value = restart
        self._dut.step_i.value = step
        await wait_cycles()
        self._dut.restart_i.value = 0
        self._dut.step_i.value = 0
        return self.point

    @property
    def point(self) -> tuple[int, int, int]:
        dut = self._dut
        return int(dut.wl_o.value), int(dut.line_o.value), int(dut.width_o.value)


def random_ramp(rng: random.Random, limit: int) -> Ramp:
    """A legal ramp of a few values; its stop is rarely one of them."""
    start = rng.randrange(1, limit + 1)
    stop = rng.randrange(start, limit + 1)
    return Ramp(start, stop, rng.randrange(max(1, (stop - start) // 5), limit + 1))


def random_table(rng: random.Random, nesting: int) -> RampTable:
    return RampTable(random_ramp(rng, 511), random_ramp(rng, 511), random_ramp(rng, 65535), nesting)


async def walks(env: RampEnv, table: RampTable) -> None:
    """One whole pass and some steps beyond it give the points of the loops, and hold the last."""
    env.configure(table)
    assert await env.strobe(restart=True) == table.point(0)
    for pulse in range(1, len(table.points()) + 5):
        assert await env.strobe(step=True) == table.point(pulse), f"step {pulse} of {table}"


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def every_nesting_walks_its_loops(dut: Any) -> None:
    env = RampEnv(dut)
    await env.start()
    for nesting in range(len(NESTINGS)):
        on_the_stops = RampTable(Ramp(140, 200, 10), Ramp(260, 310, 10), Ramp(5, 9, 2), nesting)
        below_them = RampTable(Ramp(140, 209, 10), Ramp(260, 319, 10), Ramp(5, 10, 2), nesting)
        assert on_the_stops.points() == below_them.points()
        await walks(env, on_the_stops)
        await walks(env, below_them)


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def random_tables_walk_their_loops(dut: Any) -> None:
    env = RampEnv(dut)
    await env.start()
    for _ in range(40):
        await walks(env, random_table(env.rng, env.rng.randrange(len(NESTINGS))))


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def values_stop_below_the_top_of_the_code(dut: Any) -> None:
    env = RampEnv(dut)
    await env.start()
    for nesting in range(len(NESTINGS)):
        top = RampTable(Ramp(509, 511, 2), Ramp(300, 511, 511), Ramp(65534, 65535, 1), nesting)
        await walks(env, top)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_point_stays_without_a_step(dut: Any) -> None:
    env = RampEnv(dut)
    await env.start()
    env.configure(RampTable(Ramp(1, 9, 1), Ramp(1, 9, 1), Ramp(1, 9, 1)))
    await env.strobe(restart=True)
    after_step = await env.strobe(step=True)
    for _ in range(10):
        assert await env.strobe() == after_step


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def restart_wins_over_step(dut: Any) -> None:
    env = RampEnv(dut)
    await env.start()
    table = RampTable(Ramp(10, 90, 7), Ramp(20, 90, 7), Ramp(30, 90, 7), 3)
    env.configure(table)
    await env.strobe(restart=True)
    for _ in range(20):
        await env.strobe(step=True)
    assert await env.strobe(restart=True, step=True) == table.point(0)
    assert await env.strobe(step=True) == table.point(1)
