"""What the core does, and what comes in between: losses and commands that do not belong to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import product
from typing import Any

import cocotb
from cocotb.triggers import Timer

from tb.drivers.core import CoreBench
from tb.drivers.cycles import wait_cycles
from tb.host.host import Outcome, WordAddress
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address
from tb.models.simple_cells import Cell

FIRST, LAST = WordAddress(0, 0, 0), WordAddress(0, 0, 2)
COMMANDS = ("resume", "abort", "clear_counters", "suspend", "read_start")


def high_cell(address: Address, place: int) -> Cell:
    return Cell(formed=True, code=760)


async def ready(dut: Any) -> CoreBench:
    """A core that may infer."""
    bench = CoreBench(dut, high_cell)
    await bench.configured()
    await bench.host.enable_inference(refresh=False)
    return bench


async def read(bench: CoreBench) -> None:
    await bench.host.write("cmd", read_start=1)
    await wait_cycles(4)
    assert (await bench.host.read("status"))["read_busy"]


async def infer(bench: CoreBench) -> None:
    await bench.host.read_weights()
    cocotb.start_soon(bench.pixels.send(bench.image()))
    while not (await bench.host.read("status"))["infer_busy"]:
        pass


async def sense(bench: CoreBench) -> None:
    await bench.host.start(ProgOp.READ, FIRST, LAST)
    await wait_cycles(20)
    assert bench.programming
    assert not bench.high_voltage


async def pulse(bench: CoreBench) -> None:
    await bench.host.start(ProgOp.SET, FIRST, LAST)
    await bench.pulse_starts()
    await wait_cycles(2)


async def rest(bench: CoreBench) -> None:
    await wait_cycles()


Activity = Callable[[CoreBench], Awaitable[None]]
LOSSES: dict[str, Callable[[CoreBench, bool], None]] = {
    "supply": lambda bench, lost: bench.supply(not lost),
    "test mode": lambda bench, lost: bench.test_mode(lost),
    "pump": lambda bench, lost: bench.pump(not lost),
}

ACTIVITIES: tuple[Activity, ...] = (read, infer, sense, pulse, rest)
DARK = dict(zip(ACTIVITIES, ("invalid", "refused", "SUPPLY", "SUPPLY", "invalid"), strict=True))
PUMPLESS = dict(zip(ACTIVITIES, ("valid", "label", "NONE", "PUMP", "valid"), strict=True))
# In test mode the pump is lost one clock before the supply.
ENDS = {"supply": DARK, "test mode": {**DARK, pulse: "PUMP"}, "pump": PUMPLESS}


async def outcome(bench: CoreBench, activity: Activity) -> str:
    """How something ended that something was lost in."""
    if activity in (sense, pulse):
        return (await bench.host.finished()).error.name
    if activity is infer:
        return "".join(await bench.host.wait_for("label", "refused"))
    await wait_cycles(200)
    status = await bench.host.read("status")
    assert not status["read_busy"]
    return "valid" if status["weights_valid"] else "invalid"


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_loss_ends_all_that_needs_what_is_lost(dut: Any) -> None:
    bench = await ready(dut)
    for (name, lose), activity in product(LOSSES.items(), ACTIVITIES):
        bench.renew_cells()
        await bench.host.read_weights()
        await bench.host.forget_events()
        await activity(bench)
        lose(bench, True)
        await Timer(1, "ns")
        assert bench.killed == (name != "pump")
        await wait_cycles(10)
        assert not bench.high_voltage
        lose(bench, False)
        await wait_cycles(10)
        ended = await outcome(bench, activity)
        assert ended == ENDS[name][activity], f"{name}, {activity.__name__}"


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def commands_for_programming_disturb_neither_sweep_nor_image(dut: Any) -> None:
    bench = await ready(dut)
    for command in COMMANDS:
        await bench.host.forget_events()
        await read(bench)
        await bench.host.write("cmd", **{command: 1})
        assert await bench.host.wait_for("read_done", "expired") == {"read_done"}, command
        await infer(bench)
        await bench.host.write("cmd", **{command: 1})
        assert await bench.host.wait_for("label", "refused") == {"label"}, command
    assert await bench.host.run(ProgOp.SET, FIRST, LAST) == Outcome(
        ProgErr.NONE, WordAddress(0, 0, LAST.row + 1)
    )
