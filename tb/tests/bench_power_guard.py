"""Brown-out, pump, test mode and the watchdog of the high voltage."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import cocotb
from cocotb.triggers import Timer

from chips.description import load_chip
from tb.drivers.cycles import cycle_now, period_ps, wait_cycles, wait_until
from tb.drivers.power import PowerBench

# Offsets from the middle of a cycle; the next edge is at half a period.
OFFSETS_PS = (-9_000, -100, 0, 100, 5_000, 9_900)


async def started(dut: Any) -> PowerBench:
    bench = PowerBench(dut)
    await bench.start()
    return bench


async def at_offset(offset_ps: int, action: Callable[[], None]) -> int:
    """Act in the cycle after next, that far from its middle, and wait for the middle; the cycle."""
    cycle = cycle_now() + 2
    await Timer(2 * period_ps() + offset_ps, "ps")
    action()
    if offset_ps < 0:
        await wait_until(cycle)
    return cycle


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def every_cause_kills_the_high_voltage_without_a_clock(dut: Any) -> None:
    bench = await started(dut)
    assert not bench.killed()
    causes: list[Callable[[bool], None]] = [
        lambda on: bench.supply(not on),
        bench.test_mode,
        bench.reset,
    ]
    for cause in causes:
        for offset_ps in OFFSETS_PS:
            for on in (True, False):
                await Timer(2 * period_ps(), "ps")
                await wait_until(cycle_now() + 1)
                await Timer(period_ps() + offset_ps, "ps")
                cause(on)
                await Timer(1, "ps")
                assert bench.killed()
            await wait_until(cycle_now() + 6)
            assert not bench.killed()


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_kill_ends_with_the_fourth_edge_after_its_last_cause(dut: Any) -> None:
    bench = await started(dut)
    for offset_ps in OFFSETS_PS:
        for width_ps in (1, 2_000, 71_000):
            await at_offset(offset_ps, lambda: bench.supply(False))
            await Timer(width_ps, "ps")
            bench.supply(True)
            cycle = cycle_now()
            await wait_until(cycle + 1)
            for edges in range(1, 4):
                assert bench.killed(), f"{edges} edges after the dip"
                await wait_cycles()
            assert not bench.killed()
            await wait_cycles(3)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def supply_flag_falls_with_the_second_edge_and_rises_with_the_third(dut: Any) -> None:
    bench = await started(dut)
    for offset_ps in OFFSETS_PS:
        cycle = await at_offset(offset_ps, lambda: bench.supply(False))
        await wait_until(cycle + 1)
        assert bench.flags() == (True, True)
        await wait_until(cycle + 2)
        assert bench.flags() == (False, True)
        assert bench.brown_outs.cycles[-1:] == []
        await wait_cycles(3)
        assert bench.brown_outs.cycles == [cycle + 2]
        cycle = await at_offset(offset_ps, lambda: bench.supply(True))
        await wait_until(cycle + 2)
        assert bench.flags() == (False, True)
        await wait_until(cycle + 3)
        assert bench.flags() == (True, True)
        bench.brown_outs.cycles.clear()
        await wait_cycles(5)
        assert bench.brown_outs.cycles == []


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_dip_between_two_edges_is_a_brown_out(dut: Any) -> None:
    bench = await started(dut)
    rng = random.Random(cocotb.RANDOM_SEED)
    for _ in range(50):
        bench.brown_outs.cycles.clear()
        begin_ps = rng.randrange(-9_900, 9_000)
        width_ps = rng.randrange(1, 9_900 - begin_ps)
        cycle = cycle_now() + 2
        await Timer(2 * period_ps() + begin_ps, "ps")
        bench.supply(False)
        await Timer(width_ps, "ps")
        assert bench.killed()
        bench.supply(True)
        await wait_until(cycle + 6)
        assert bench.brown_outs.cycles == [cycle + 2]
        assert bench.flags() == (True, True)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def pump_flag_follows_its_pin_with_the_second_edge(dut: Any) -> None:
    bench = await started(dut)
    for offset_ps in OFFSETS_PS:
        for ready in (False, True):
            cycle = await at_offset(offset_ps, lambda ready=ready: bench.pump(ready))  # type: ignore[misc]
            await wait_until(cycle + 1)
            assert bench.flags() == (True, not ready)
            await wait_until(cycle + 2)
            assert bench.flags() == (True, ready)
            assert not bench.killed()


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def test_mode_takes_both_flags_away(dut: Any) -> None:
    bench = await started(dut)
    for offset_ps in OFFSETS_PS:
        cycle = await at_offset(offset_ps, lambda: bench.test_mode(True))
        await wait_until(cycle + 2)
        assert bench.flags() == (False, False)
        for _ in range(20):
            await wait_cycles()
            assert bench.killed()
            assert bench.flags() == (False, False)
        cycle = await at_offset(offset_ps, lambda: bench.test_mode(False))
        await wait_until(cycle + 3)
        assert bench.flags() == (True, True)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def power_on_is_no_brown_out(dut: Any) -> None:
    bench = PowerBench(dut)
    await bench.start(powered=False)
    assert bench.killed()
    assert bench.flags() == (False, False)
    bench.supply(True)
    bench.pump(True)
    await wait_cycles(10)
    assert bench.flags() == (True, True)
    bench.reset(True)
    await wait_cycles(3)
    assert bench.flags() == (False, False)
    bench.reset(False)
    await wait_cycles(10)
    assert bench.flags() == (True, True)
    assert bench.brown_outs.cycles == []


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def watchdog_rises_after_the_longest_legal_pulse(dut: Any) -> None:
    bench = await started(dut)
    limit = load_chip("mini").programming.hv_on_max_cycles
    rng = random.Random(cocotb.RANDOM_SEED)
    for width in (1, limit - 1, limit, limit + 1, limit + 50, rng.randrange(limit), limit + 1):
        bench.high_voltage(True)
        for age in range(width):
            assert bench.watchdog() == (age >= limit)
            await wait_cycles()
        bench.high_voltage(False)
        await wait_cycles()
        assert not bench.watchdog()


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def watchdog_counts_one_interval_at_a_time(dut: Any) -> None:
    bench = await started(dut)
    limit = load_chip("mini").programming.hv_on_max_cycles
    for _ in range(4):
        bench.high_voltage(True)
        for _ in range(limit - 1):
            await wait_cycles()
            assert not bench.watchdog()
        bench.high_voltage(False)
        await wait_cycles()
    bench.high_voltage(True)
    await wait_cycles(limit + 2)
    assert bench.watchdog()
    bench.reset(True)
    await wait_cycles()
    assert not bench.watchdog()
