"""A fault in every cycle of a WRITE by the host: high voltage off in time, right afterwards.

A reset and the loss of the supply take it at once, abort and suspend in 2 clocks, the pump in 4.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import cocotb
from cocotb.task import Task
from cocotb.triggers import Timer

from tb.drivers.core import CoreBench
from tb.drivers.cycles import middle_of_cycle, wait_cycles
from tb.host.host import Outcome, WordAddress
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, existing_cells
from tb.models.simple_cells import Cell

FIRST, LAST, AFTER = (WordAddress(0, 0, row) for row in range(3))
LOW, HIGH = 120, 760
POSITIONS = 300  # the least number of cycles that the WRITE has to take
AROUND = 8  # cycles before and after a load
DARK_NS = 400  # how long nothing may come back after a fault

Fault = Callable[[CoreBench], Awaitable[None]]


def mixed(address: Address, place: int) -> Cell:
    return Cell(code=HIGH if place % 5 < 2 else LOW, formed=True)


def wanted(bench: CoreBench) -> list[dict[int, int]]:
    """Targets that ask for both polarities in each word."""
    return [
        {place: (place + row) % 2 for place in existing_cells(bench.chip, Address(0, 0, row))}
        for row in range(AFTER.row)
    ]


def levels(bench: CoreBench) -> list[dict[int, int]]:
    """Levels that the cells have."""
    return [
        {place: int(cell.code > 400) for place, cell in word.items()}
        for word in (bench.macro.cells.word(Address(0, 0, row)) for row in range(AFTER.row))
    ]


async def dark(bench: CoreBench, clocks: int) -> None:
    """No high voltage at the macro from some clocks on."""
    await Timer(clocks * bench.chip.clock.clk_period_ns * 1000 + 1, "ps")
    assert await bench.high_voltage_at_macro(DARK_NS) == [False]


async def begun(bench: CoreBench) -> Task[None]:
    """A WRITE of new cells, under way; the task that streams its targets."""
    bench.renew_cells()
    sending = bench.send_targets(wanted(bench))
    await bench.host.start(ProgOp.WRITE, FIRST, LAST)
    await middle_of_cycle()
    return sending


async def length(bench: CoreBench) -> int:
    """Cycles of an undisturbed WRITE from the command on."""
    await begun(bench)
    cycles = 0
    while bench.programming:
        await wait_cycles()
        cycles += 1
    await bench.host.finished()
    assert cycles >= POSITIONS
    return cycles


async def survives(dut: Any, fault: Fault, error: ProgErr = ProgErr.NONE) -> None:
    """Let a fault come in each cycle; the cells end at their targets, some after a resume."""
    bench = CoreBench(dut, mixed)
    await bench.configured()
    ends = set()
    for cycle in range(await length(bench)):
        try:
            ends.add(await faulted(bench, cycle, fault))
        except AssertionError as failure:
            failure.add_note(f"{fault.__name__} in cycle {cycle}")
            raise
        assert levels(bench) == wanted(bench)
    assert ends == {error, ProgErr.NONE}


async def faulted(bench: CoreBench, cycle: int, fault: Fault) -> ProgErr:
    """One WRITE with a fault, resumed if that has ended it; how it had ended at first."""
    sending = await begun(bench)
    await wait_cycles(cycle)
    await fault(bench)
    outcome = await bench.host.finished()
    sending.cancel()
    await wait_cycles(2)
    if outcome.error is not ProgErr.NONE:
        bench.send_targets(wanted(bench)[outcome.pointer.row :])
        await bench.host.resume()
        assert await bench.host.finished() == Outcome(ProgErr.NONE, AFTER)
    return outcome.error


async def abort(bench: CoreBench) -> None:
    await bench.host.abort()
    await dark(bench, 2)


async def suspend(bench: CoreBench) -> None:
    await bench.host.suspend()
    await dark(bench, 2)
    status = await bench.host.read("status")
    if status["prog_busy"]:
        assert status["suspended"]
        await bench.host.resume()
    await bench.host.forget_events("cmd_refused")


async def pump_loss(bench: CoreBench) -> None:
    bench.pump(False)
    await dark(bench, 4)
    bench.pump(True)


async def brown_out(bench: CoreBench) -> None:
    bench.supply(False)
    await dark(bench, 0)
    bench.supply(True)
    await wait_cycles(10)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_abort_in_any_cycle_takes_two_clocks(dut: Any) -> None:
    await survives(dut, abort, ProgErr.ABORTED)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_suspend_in_any_cycle_takes_two_clocks(dut: Any) -> None:
    await survives(dut, suspend)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_loss_of_the_pump_in_any_cycle_takes_four_clocks(dut: Any) -> None:
    await survives(dut, pump_loss, ProgErr.PUMP)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_brown_out_in_any_cycle_takes_no_time(dut: Any) -> None:
    await survives(dut, brown_out, ProgErr.SUPPLY)


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def a_reset_in_any_cycle_takes_no_time(dut: Any) -> None:
    """The host begins again with the whole configuration."""
    bench = CoreBench(dut, mixed)
    await bench.configured()
    for cycle in range(await length(bench)):
        sending = await begun(bench)
        await wait_cycles(cycle)
        resetting = cocotb.start_soon(bench.reset())
        await dark(bench, 0)
        await resetting
        sending.cancel()
        await bench.reconfigure()
        bench.send_targets(wanted(bench))
        assert await bench.host.run(ProgOp.WRITE, FIRST, LAST) == Outcome(ProgErr.NONE, AFTER)
        assert levels(bench) == wanted(bench), f"reset in cycle {cycle}"


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_dip_of_the_supply_in_any_cycle_around_a_load_drops_the_image(dut: Any) -> None:
    """It is too short for a clock to see; the load itself may come before the chip knows."""
    bench = CoreBench(dut, mixed)
    await bench.configured()
    clk_ns, period = bench.chip.clock.clk_period_ns, bench.chip.clock.layer_period_cycles
    for cycle in range(-AROUND, AROUND):
        await bench.host.read_weights()
        await bench.host.enable_inference()
        await bench.tick()
        cocotb.start_soon(bench.pixels.send(bench.image()))
        await Timer((period + cycle) * clk_ns + clk_ns // 2, "ns")
        bench.supply(False)
        await Timer(1, "ns")
        bench.supply(True)
        await Timer((len(bench.chip.layers) + 3) * period * clk_ns, "ns")
        assert not bench.labels.seen, f"dip in cycle {cycle}"
        assert "brown_out" in await bench.host.wait_for("brown_out")
        assert "refused" in await bench.host.wait_for("refused")
