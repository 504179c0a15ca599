"""What the host does besides programming and inference: locks, wear, tests, pauses."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Combine

from tb.drivers.core import CoreBench
from tb.drivers.cycles import wait_cycles
from tb.host.host import UNLOCK_KEYS, Outcome, WordAddress
from tb.host.regmap import BistPattern, ProgErr, ProgOp, PulseKind
from tb.models.programming import Address
from tb.models.simple_cells import Cell

FIRST, LAST = WordAddress(0, 0, 0), WordAddress(0, 0, 2)
AFTER = WordAddress(0, 0, 3)


def low_cell(address: Address, place: int) -> Cell:
    return Cell(formed=True, code=120)


async def configured(dut: Any, make: Any = low_cell) -> CoreBench:
    bench = CoreBench(dut, make=make)
    await bench.configured()
    return bench


async def locked_start(bench: CoreBench, op: ProgOp) -> ProgErr:
    """A start without the keys; how it ends."""
    host = bench.host
    await host.forget_events("prog_done")
    await host.write("range_first", **FIRST._asdict())
    await host.write("range_last", **LAST._asdict())
    await host.write("cmd", op=op, start=1)
    return (await host.finished()).error


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def programming_needs_both_keys_in_their_order_each_time(dut: Any) -> None:
    bench = await configured(dut)
    first, second = UNLOCK_KEYS
    for keys in ((), (first,), (second,), (second, first), (first, 0, second), (first, second, 0)):
        for key in keys:
            await bench.host.write("unlock", key=key)
        assert not (await bench.host.read("status"))["unlocked"]
        assert await locked_start(bench, ProgOp.RESET) is ProgErr.LOCKED, keys
        assert not bench.macro.trace
        await bench.host.write("unlock", key=0)
    await bench.host.unlock()
    assert (await bench.host.read("status"))["unlocked"]
    assert await locked_start(bench, ProgOp.RESET) is ProgErr.NONE
    assert bench.macro.pulses
    assert not (await bench.host.read("status"))["unlocked"]
    assert await locked_start(bench, ProgOp.SET) is ProgErr.LOCKED
    assert await locked_start(bench, ProgOp.READ) is ProgErr.NONE


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_lock_of_reading_back_holds_until_reset(dut: Any) -> None:
    bench = await configured(dut)
    assert (await bench.host.run(ProgOp.READ, FIRST, LAST)).error is ProgErr.NONE
    await bench.host.lock_read_back()
    await bench.host.write("lock", read_back=0)
    for op in (ProgOp.READ, ProgOp.VERIFY):
        assert (await bench.host.run(op, FIRST, LAST)).error is ProgErr.LOCKED
    assert (await bench.host.run(ProgOp.RESET, FIRST, LAST)).error is ProgErr.NONE
    await bench.reset()
    await bench.reconfigure()
    assert (await bench.host.run(ProgOp.READ, FIRST, LAST)).error is ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def endurance_outlives_a_reset_with_the_help_of_the_host(dut: Any) -> None:
    bench = await configured(dut)
    host = bench.host
    await host.configure_test(PulseKind.SET, cycles=7)
    assert (await host.run(ProgOp.CYCLE, FIRST, LAST)).error is ProgErr.NONE
    assert (await host.counters()).cycles == 21
    kept = await host.endurance()
    assert kept == [7] + [0] * (len(kept) - 1)
    await bench.reset()
    await bench.reconfigure()
    assert not any(await host.endurance())
    await host.restore_endurance(kept)
    await host.write("endurance_limit", cycles=9)
    await host.configure_test(PulseKind.SET, cycles=7)
    assert await host.run(ProgOp.CYCLE, FIRST, LAST) == Outcome(ProgErr.WORN, FIRST)
    assert (await host.endurance())[0] == 9
    assert "prog_err" in await host.wait_for("prog_err")


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def the_self_test_tells_the_stuck_cells(dut: Any) -> None:
    stuck = {(0, 2), (1, 7), (2, 0)}

    def make(address: Address, place: int) -> Cell:
        return Cell(formed=True, code=760, stuck=(address.row, place) in stuck)

    bench = await configured(dut, make)
    await bench.host.wait_for_fail_log()
    for pattern in BistPattern:
        assert (await bench.host.march(pattern, FIRST, LAST)).error is ProgErr.NONE
        log = await bench.host.fail_log()
        assert {(cell.word.row, cell.cell_index) for cell in log.cells} == stuck, pattern.name
        assert not log.overflow


@cocotb.test(timeout_time=20, timeout_unit="ms")
@cocotb.parametrize(highest=[1023, 1000])
async def a_cell_that_forming_leaves_high_enough_is_not_reset(dut: Any, highest: int) -> None:
    def make(address: Address, place: int) -> Cell:
        return Cell(low=700 if place == 0 else 120)

    bench = await configured(dut, make)
    await bench.host.write("verify_window", 1, lo=620, hi=highest)
    assert (await bench.host.run(ProgOp.FORM, FIRST, LAST)).error is ProgErr.NONE
    resets = [pulse.cells for pulse in bench.macro.pulses if pulse.reset]
    assert resets
    assert not any(0 in cells for cells in resets)
    assert (await bench.host.counters()).failed == 0


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def the_host_suspends_and_resumes(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.start(ProgOp.RESET, FIRST, LAST)
    await bench.pulse_starts()
    await bench.host.suspend()
    while not (await bench.host.read("status"))["suspended"]:
        pass
    assert not bench.high_voltage
    seen = len(bench.macro.trace)
    await wait_cycles(500)
    assert len(bench.macro.trace) == seen
    assert (await bench.host.read("status"))["prog_busy"]
    await bench.host.resume()
    assert await bench.host.finished() == Outcome(ProgErr.NONE, AFTER)


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_delayed_verify_waits_as_long_as_the_host_says(dut: Any) -> None:
    bench = await configured(dut)
    begin = await bench.elapsed_ns(bench.host.run(ProgOp.RESET, FIRST, FIRST))
    await bench.host.run(ProgOp.SET, FIRST, FIRST)
    await bench.host.configure_delayed_verify(100_000)
    slow = await bench.elapsed_ns(bench.host.run(ProgOp.RESET, FIRST, FIRST))
    assert 100_000 < slow - begin < 110_000


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def test_pulses_go_to_the_cells_that_the_stream_marks(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.configure_test(PulseKind.RESET)
    marked = [{0: 1}, {}, {3: 1, 5: 1}]
    sending = bench.send_targets(marked)
    assert (await bench.host.run(ProgOp.TEST_PULSE, FIRST, LAST)).error is ProgErr.NONE
    await Combine(sending)
    assert [pulse.cells for pulse in bench.macro.pulses] == [{0}, {3, 5}]
    assert (await bench.host.counters()).cells_reset == 3
