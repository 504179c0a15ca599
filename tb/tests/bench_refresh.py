"""Inference on weights that are read, refreshed and lost: the compute side as on the chip."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import cocotb

from tb.drivers.compute import ComputeBench
from tb.drivers.compute_config import cut_pins, label_cycle
from tb.drivers.cycles import cycle_now, wait_cycles, wait_until
from tb.drivers.reads import refresh_cycles, retention_cycles, sweep_cycles


async def started(dut: Any) -> ComputeBench:
    bench = ComputeBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    return bench


async def endless(bench: ComputeBench) -> None:
    """Send images until cancelled."""
    while True:
        await bench.send(bench.image())


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def refresh_under_full_load_touches_no_busy_layer_and_shifts_no_label(dut: Any) -> None:
    bench = await started(dut)
    bench.reads.clear()
    sending = cocotb.start_soon(endless(bench))
    await bench.load()
    sweeps = 12 if refresh_cycles(bench.chip) < 5000 else 3
    for _ in range(sweeps):
        begin = await bench.reads.next_sweep()
        while bench.reads.busy():
            await wait_cycles()
        assert cycle_now() - begin < 2 * sweep_cycles(bench.chip)
        bench.reconfigure()
    sending.cancel()
    await bench.label()
    assert len(bench.reads.slots.seen) == sweeps * bench.chip.banks
    assert bench.reads.flags.intervals("valid") == []
    assert list(bench.collisions()) == []
    loads = [i.begin for i in bench.pins.intervals("load")]
    labels = [label_cycle(bench.chip, load) for load in loads]
    assert [label.cycle for label in bench.labels.seen] == labels[: len(bench.labels.seen)]
    assert all(b - a == bench.image_cycles for a, b in pairwise(loads))
    assert bench.refused.cycles == []


@cocotb.test(timeout_time=100, timeout_unit="ms")
@cocotb.parametrize(power_gate=(False, True))
async def refresh_finds_a_gap_in_every_layer_clock_of_full_pipelined_load(
    dut: Any, power_gate: bool
) -> None:
    """All layers compute in every layer clock for the longest time; one slot fits each of them."""
    bench = await started(dut)
    layers, period = len(bench.chip.layers), bench.period
    longest = (bench.chip.phases.t_ctrl_max_cycles,) * layers
    config = replace(bench.config, t_ctrl=longest, pipelined=True, power_gate=power_gate)
    bench.configure(config)
    sending = cocotb.start_soon(endless(bench))
    for _ in range(layers + 1):
        await bench.load()
    bench.reads.clear()
    await bench.reads.begin()
    while bench.reads.busy():
        await wait_cycles(period)
    sending.cancel()
    await wait_cycles(2 * bench.image_cycles)
    begins = [slot.begin for slot in bench.reads.slots.seen]
    assert [slot.bank for slot in bench.reads.slots.seen] == list(range(bench.chip.banks))
    assert {b - a for a, b in pairwise(begins)} == {period}
    assert list(bench.collisions()) == []
    loads = [i.begin for i in bench.pins.intervals("load")]
    assert {b - a for a, b in pairwise(loads)} == {period}
    assert [label.cycle for label in bench.labels.seen] == [
        label_cycle(bench.chip, load) for load in loads
    ]
    assert bench.refused.cycles == []


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def sweeps_from_every_cycle_of_an_image_touch_no_busy_layer(dut: Any) -> None:
    bench = await started(dut)
    for age in sample(bench):
        bench.pins.clear()
        bench.reads.clear()
        cocotb.start_soon(bench.send(bench.image()))
        load = await bench.load()
        await wait_until(load + age)
        await bench.reads.begin()
        await wait_until(label_cycle(bench.chip, load) + 2)
        while bench.reads.busy():
            await wait_cycles()
        assert list(bench.collisions()) == []
        assert [slot.bank for slot in bench.reads.slots.seen] == list(range(bench.chip.banks))
        assert bench.labels.seen[-1].cycle == label_cycle(bench.chip, load)


def sample(bench: ComputeBench) -> list[int]:
    """Every cycle of an image on a small chip, some of them on a large one."""
    everything = range(bench.image_cycles)
    return sorted(bench.rng.sample(everything, 60)) if bench.chip.banks > 50 else list(everything)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def brown_out_in_any_cycle_drops_image_and_weights(dut: Any) -> None:
    bench = await started(dut)
    reaction = 3  # cycles from the pin to the refusal
    for age in (a for a in sample(bench) if a < bench.image_cycles - reaction):
        cocotb.start_soon(bench.send(bench.image()))
        load = await bench.load()
        forget(bench)
        await wait_until(load + age)
        bench.supply(False)
        await wait_cycles(4)
        assert not bench.reads.valid()
        assert bench.brown_outs.cycles == [load + age + 2]
        assert bench.refused.cycles == [load + age + reaction]
        assert bench.pins.intervals() == cut_pins(bench.chip, bench.config, load, age + 2)
        bench.supply(True)
        await wait_cycles(5)
        assert not bench.reads.busy(), "a sweep that nobody has started"
        await bench.reads.sweep()
        await wait_until(max(label_cycle(bench.chip, load) + 2, cycle_now()))
        assert bench.labels.seen == []
    await bench.classify()


def forget(bench: ComputeBench) -> None:
    """Forget all that has been seen but the image in the layers."""
    bench.pins.clear()
    bench.refused.cycles.clear()
    bench.brown_outs.cycles.clear()
    bench.labels.seen.clear()
    load = cycle_now()
    assert bench.pins.high() == [("load", 0)], f"cycle {load} is no load"


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def weights_that_expire_in_flight_drop_the_image(dut: Any) -> None:
    bench = await started(dut)
    bench.refresh(False)
    start = await bench.reads.sweep()
    end = start + retention_cycles(bench.chip)
    await wait_until(end - 3 * bench.image_cycles)
    sending = cocotb.start_soon(endless(bench))
    await wait_until(end + 3)
    sending.cancel()
    last_load = bench.pins.intervals("load")[-1].begin
    assert bench.refused.cycles == [end + 1]
    assert all(label.cycle <= end for label in bench.labels.seen)
    assert bench.pins.intervals("load")[-1].begin == last_load
    count = len(bench.labels.seen)
    await wait_cycles(2 * bench.image_cycles)
    assert len(bench.labels.seen) == count


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def high_voltage_takes_the_weights_until_the_next_sweep(dut: Any) -> None:
    bench = await started(dut)
    await bench.classify()
    bench.high_voltage(True)
    await wait_cycles()
    bench.high_voltage(False)
    assert not bench.reads.valid()
    await bench.send(bench.image())
    await bench.tick()
    await wait_cycles()
    assert len(bench.refused.cycles) == 1
    await wait_cycles(2 * bench.image_cycles)
    assert not bench.busy()
    await bench.reads.sweep()
    await bench.classify()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def programming_without_high_voltage_keeps_the_weights(dut: Any) -> None:
    bench = await started(dut)
    bench.allow(False)
    await wait_cycles(50)
    assert bench.reads.valid()
    assert bench.bias() == 0
    bench.allow(True)
    await wait_cycles()
    await bench.classify()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def nothing_computes_in_test_mode(dut: Any) -> None:
    bench = await started(dut)
    cocotb.start_soon(bench.send(bench.image()))
    load = await bench.load()
    await wait_cycles(bench.rng.randrange(bench.image_cycles - 10))
    bench.test_mode(True)
    entered = cycle_now()
    await wait_until(entered + 3)
    assert bench.pins.high() == []
    await bench.reads.begin()
    await wait_until(load + 2 * bench.image_cycles)
    assert bench.labels.seen == []
    assert not bench.reads.busy()
    bench.test_mode(False)
    await wait_cycles(5)
    await bench.reads.sweep()
    await bench.classify()
