"""The core with a host on its bus: programming, pulsed read, inference and their interlocks."""

from __future__ import annotations

from typing import Any

import cocotb
import pytest
from cocotb.triggers import Combine, Timer

from chips import chip_names, load_chip
from tb.drivers.apb import BusError
from tb.drivers.core import CoreBench
from tb.drivers.cycles import wait_cycles
from tb.drivers.reads import retention_cycles
from tb.host.host import Host, HostError, Label, Outcome, WordAddress
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import Address, existing_cells, words
from tb.models.simple_cells import Cell

FIRST = Address(0, 0, 0)
ROWS = 3
LAST = Address(0, 0, ROWS - 1)


async def configured(dut: Any, **options: Any) -> CoreBench:
    bench = CoreBench(dut, **options)
    await bench.configured()
    return bench


def span(first: Address = FIRST, last: Address = LAST) -> tuple[WordAddress, WordAddress]:
    return WordAddress(*first), WordAddress(*last)


def formed_cell(address: Address, place: int) -> Cell:
    return Cell(formed=True, code=760)


def targets(bench: CoreBench) -> list[dict[int, int]]:
    """Random levels of the words FIRST..LAST."""
    return [
        {place: bench.rng.getrandbits(1) for place in sorted(existing_cells(bench.chip, word))}
        for word in words(bench.chip, FIRST, LAST)
    ]


def levels_of_cells(bench: CoreBench) -> list[dict[int, int]]:
    """Levels that the cells of the words FIRST..LAST really have."""
    return [
        {place: int(cell.code > 400) for place, cell in bench.macro.cells.word(word).items()}
        for word in words(bench.chip, FIRST, LAST)
    ]


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_host_of_another_chip_refuses_this_one(dut: Any) -> None:
    bench = CoreBench(dut)
    await bench.start()
    for name in chip_names():
        if load_chip(name).geometry_hash != bench.chip.geometry_hash:
            with pytest.raises(HostError, match="geometry is 0x"):
                await Host(bench.bus, None, load_chip(name)).connect()  # type: ignore[arg-type]


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def nothing_is_pulsed_before_it_is_configured(dut: Any) -> None:
    bench = CoreBench(dut)
    await bench.start()
    for op, error in ((ProgOp.FORM, ProgErr.RAMP), (ProgOp.READ, ProgErr.WINDOW)):
        outcome = await bench.host.run(op, *span())
        assert outcome == Outcome(error, WordAddress(0, 0, 0))
    assert not bench.macro.trace


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_range_is_formed_written_and_read_back(dut: Any) -> None:
    bench = await configured(dut)
    done = Outcome(ProgErr.NONE, WordAddress(0, 0, ROWS))
    assert await bench.host.run(ProgOp.FORM, *span()) == done
    forms = (await bench.host.counters()).pulses_form
    assert forms == len([p for p in bench.macro.pulses if not p.reset])
    await bench.host.clear_counters()
    wanted = targets(bench)
    sending = bench.send_targets(wanted)
    assert await bench.host.run(ProgOp.WRITE, *span()) == done
    await sending
    assert levels_of_cells(bench) == wanted
    cells = sum(len(word) for word in wanted)
    counters = await bench.host.counters()
    assert counters[:4] == (cells, cells, 0, 0)
    assert counters.senses > 0
    assert await bench.host.fail_log() == ([], False)
    assert await bench.host.run(ProgOp.READ, *span()) == done
    read = [dict(enumerate(word)) for word in bench.levels_read()]
    assert [{p: word[p] for p in w} for w, word in zip(wanted, read, strict=True)] == wanted


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def stuck_cells_are_in_the_fail_log(dut: Any) -> None:
    stuck = {(Address(0, 0, 0), 0), (Address(0, 0, 1), 3), (Address(0, 0, 2), 9)}

    def make(address: Address, place: int) -> Cell:
        return Cell(formed=True, code=760, stuck=(address, place) in stuck)

    bench = await configured(dut, make=make)
    low = [dict.fromkeys(existing_cells(bench.chip, w), 0) for w in words(bench.chip, FIRST, LAST)]
    bench.send_targets(low)
    outcome = await bench.host.run(ProgOp.WRITE, *span())
    assert outcome.error == ProgErr.NONE
    log = await bench.host.fail_log()
    assert {(Address(*f.word), f.cell_index) for f in log.cells} == stuck
    assert all((f.target, f.sense) == (0, 1) for f in log.cells)
    assert not log.overflow
    assert await bench.host.fail_log() == ([], False)
    counters = await bench.host.counters()
    assert counters.failed == len(stuck)
    assert counters.succeeded + counters.failed == counters.requested


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def an_aborted_operation_goes_on_where_it_was(dut: Any) -> None:
    bench = await configured(dut, make=formed_cell)
    wanted = targets(bench)
    sending = bench.send_targets(wanted)
    await bench.host.start(ProgOp.WRITE, *span())
    while bench.weights.sent < 2:
        await bench.pulse_starts()
    await bench.host.abort()
    outcome = await bench.host.finished()
    assert outcome == Outcome(ProgErr.ABORTED, WordAddress(0, 0, 1))
    assert not bench.high_voltage
    sending.cancel()
    await wait_cycles(2)
    sending = bench.send_targets(wanted[1:])
    await bench.host.resume()
    assert await bench.host.finished() == Outcome(ProgErr.NONE, WordAddress(0, 0, ROWS))
    assert levels_of_cells(bench) == wanted


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_brown_out_ends_the_operation_and_is_told(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.start(ProgOp.FORM, *span())
    await bench.pulse_starts()
    await Timer(333, "ns")
    bench.supply(False)
    await Timer(1, "ns")
    assert bench.killed
    outcome = await bench.host.finished()
    assert outcome == Outcome(ProgErr.SUPPLY, WordAddress(0, 0, 0))
    assert "brown_out" in await bench.host.wait_for("brown_out")
    assert (await bench.host.run(ProgOp.FORM, *span())).error == ProgErr.SUPPLY
    with pytest.raises(HostError, match="cmd_refused"):
        await bench.host.read_weights()
    bench.supply(True)
    await wait_cycles(5)
    assert (await bench.host.run(ProgOp.FORM, *span())).error == ProgErr.NONE


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_dip_of_the_supply_in_a_pulse_never_lets_high_voltage_back(dut: Any) -> None:
    bench = await configured(dut, make=lambda address, place: Cell(stuck=True))
    for offset_ps in range(1_000, 21_000, 1_500):
        await bench.host.start(ProgOp.FORM, *span())
        await bench.pulse_starts()
        await Timer(333_000 + offset_ps, "ps")
        watching = cocotb.start_soon(bench.high_voltage_at_macro(200))
        await Timer(1, "ps")
        bench.supply(False)
        await Timer(2, "ns")
        bench.supply(True)
        assert await watching == [True, False]
        assert not bench.killed
        assert (await bench.host.finished()).error == ProgErr.SUPPLY


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def pump_loss_in_a_pulse_is_told(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.start(ProgOp.FORM, *span())
    await bench.pulse_starts()
    bench.pump(False)
    await wait_cycles(5)
    assert not bench.high_voltage
    assert (await bench.host.finished()).error == ProgErr.PUMP
    assert await bench.host.wait_for("pump_lost")


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def test_mode_kills_high_voltage(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.start(ProgOp.FORM, *span())
    await bench.pulse_starts()
    bench.test_mode(True)
    await Timer(1, "ns")
    assert bench.killed
    assert (await bench.host.finished()).error != ProgErr.NONE
    assert not bench.high_voltage


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_second_start_is_refused_and_the_first_goes_on(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.start(ProgOp.FORM, *span())
    await bench.pulse_starts()
    for op in (ProgOp.SET, ProgOp.FORM):
        await bench.host.write("cmd", op=op, start=1)
        assert await bench.host.wait_for("cmd_refused")
    await bench.host.write("cmd", read_start=1)
    assert await bench.host.wait_for("cmd_refused")
    assert await bench.host.finished() == Outcome(ProgErr.NONE, WordAddress(0, 0, ROWS))
    cells = len(existing_cells(bench.chip, FIRST)) * ROWS
    assert (await bench.host.counters()).succeeded == cells


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def an_image_gives_a_label_that_is_read_once(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.read_weights()
    await bench.host.enable_inference()
    assert await bench.host.label() is None
    for _ in range(3):
        image = bench.image()
        await bench.pixels.send(image)
        assert await bench.host.wait_for("label")
        assert await bench.host.label() == Label(*bench.comparators.decisions[-1])
        assert bench.latches.loaded[-1] == tuple(image)
        assert await bench.host.label() is None


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def an_image_needs_valid_weights_and_permission(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.enable_inference()
    await bench.pixels.send(bench.image())
    assert await bench.host.wait_for("refused", "label") == {"refused"}, "no weights"
    await bench.host.disable_inference()
    await bench.host.read_weights()
    await bench.pixels.send(bench.image())
    assert await bench.host.wait_for("refused", "label") == {"refused"}, "not enabled"
    await bench.host.enable_inference()
    await bench.pixels.send(bench.image())
    assert await bench.host.wait_for("refused", "label") == {"label"}
    assert len(bench.latches.loaded) == 1


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_pulse_makes_the_weights_invalid(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.read_weights()
    await bench.host.enable_inference()
    assert (await bench.host.run(ProgOp.FORM, *span(FIRST, FIRST))).error == ProgErr.NONE
    assert not (await bench.host.read("status"))["weights_valid"]
    await bench.pixels.send(bench.image())
    assert await bench.host.wait_for("refused", "label") == {"refused"}
    await bench.host.read_weights()
    await bench.pixels.send(bench.image())
    assert await bench.host.wait_for("refused", "label") == {"label"}


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_short_frame_is_told_and_no_image(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.read_weights()
    await bench.host.enable_inference()
    await bench.pixels.send(bench.image()[:-1])
    assert await bench.host.wait_for("frame_err", "label") == {"frame_err"}


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def weights_expire_without_refresh_and_not_with_it(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.read_weights()
    await bench.host.enable_inference(refresh=True)
    await wait_cycles(2 * retention_cycles(bench.chip))
    assert (await bench.host.read("status"))["weights_valid"]
    await bench.host.enable_inference(refresh=False)
    assert await bench.host.wait_for("expired")
    assert not (await bench.host.read("status"))["weights_valid"]


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def programming_and_inference_exclude_each_other_at_every_cycle(dut: Any) -> None:
    bench = await configured(dut, make=formed_cell)
    await bench.host.enable_inference(refresh=False)
    period = bench.chip.clock.layer_period_cycles
    image_cycles = period * (len(bench.chip.layers) + 2)
    seen = set()
    for delay in [*range(period + 10), *range(period + 10, image_cycles, 37)]:
        if not (await bench.host.read("status"))["weights_valid"]:
            await bench.host.read_weights()
        await bench.host.forget_events()
        await bench.tick()
        image = cocotb.start_soon(bench.pixels.send(bench.image()))
        await wait_cycles(delay)
        outcome = await bench.host.run(ProgOp.READ, *span(FIRST, FIRST))
        await image
        events = await bench.host.wait_for("label", "refused")
        assert outcome.error in (ProgErr.NONE, ProgErr.BUSY)
        seen.add((outcome.error, *sorted(events)))
    assert seen == {
        (ProgErr.NONE, "label"),  # before or after the image
        (ProgErr.NONE, "refused"),  # running when the image was complete
        (ProgErr.BUSY, "label"),  # while the image was in flight
    }


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_pulsed_read_gives_way_to_programming(dut: Any) -> None:
    bench = await configured(dut, make=formed_cell)
    await bench.host.read_weights()
    for delay in range(0, 40, 3):
        await bench.host.write("cmd", read_start=1)
        await wait_cycles(delay)
        assert (await bench.host.run(ProgOp.READ, *span(FIRST, FIRST))).error == ProgErr.NONE
        assert not (await bench.host.read("status"))["read_busy"]
    await bench.host.read_weights()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_refused_start_disturbs_neither_sweep_nor_weights(dut: Any) -> None:
    bench = await configured(dut)
    await bench.host.read_weights()
    for delay in range(0, 40, 3):
        await bench.host.forget_events()
        await bench.host.write("cmd", read_start=1)
        await wait_cycles(delay)
        refused = await bench.host.run(ProgOp.FORM, *span(LAST, FIRST))
        assert refused.error == ProgErr.RANGE
        status = await bench.host.read("status")
        assert status["read_busy"], "the sweep was cut"
        assert status["weights_valid"]
        assert await bench.host.wait_for("read_done", "expired") == {"read_done"}
        assert (await bench.host.read("status"))["weights_valid"]


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def concurrent_accesses_take_turns(dut: Any) -> None:
    bench = CoreBench(dut)
    await bench.start()
    writes = [cocotb.start_soon(bench.host.write("layer", i, t_ctrl=i + 1)) for i in range(8)]
    await Combine(*writes)
    assert [(await bench.host.read("layer", i))["t_ctrl"] for i in range(8)] == [*range(1, 9)]
    with pytest.raises(BusError, match="refused"):
        await bench.bus.write(0x3FC, 0)
