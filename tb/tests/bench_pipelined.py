"""One image per layer clock, and bias only where it is needed: `cnr_inference` in these modes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import cocotb

from tb.drivers.compute_config import (
    cut_pins,
    expected_bias,
    expected_pins,
    expected_quiet,
    label_cycle,
    random_config,
)
from tb.drivers.cycles import wait_cycles, wait_until
from tb.drivers.inference import InferenceBench
from tb.drivers.labels import Label
from tb.drivers.pin_log import Interval


async def started(dut: Any, *, pipelined: bool = True, power_gate: bool = False) -> InferenceBench:
    bench = InferenceBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    reconfigure(bench, pipelined=pipelined, power_gate=power_gate)
    return bench


def reconfigure(bench: InferenceBench, *, pipelined: bool = True, power_gate: bool = False) -> None:
    """Drive another random configuration in this mode."""
    random = random_config(bench.rng, bench.chip)
    bench.configure(replace(random, pipelined=pipelined, power_gate=power_gate))


async def fill(bench: InferenceBench, count: int) -> list[int]:
    """Send images one after the other; the cycles of their loads, the last of them just now."""
    bench.pins.clear()
    bench.bias_pins.clear()
    bench.labels.seen.clear()
    bench.comparators.decisions.clear()
    bench.latches.loaded.clear()
    images = [bench.image() for _ in range(count)]

    async def send_all() -> None:
        for image in images:
            await bench.send(image)

    cocotb.start_soon(send_all())
    loads = [await bench.load() for _ in images]
    assert bench.latches.loaded == [tuple(image) for image in images]
    return loads


async def emptied(bench: InferenceBench, loads: list[int]) -> None:
    """Wait until all images are through, and check the label of each."""
    await wait_until(label_cycle(bench.chip, loads[-1]) + 2)
    decisions = bench.comparators.decisions
    assert bench.labels.seen == [
        Label(load, label_cycle(bench.chip, load), decision)
        for load, decision in zip(loads, decisions, strict=True)
    ]


def pins_of(bench: InferenceBench, loads: list[int]) -> list[Interval]:
    """What the pins must do for all of these images."""
    return [i for load in loads for i in expected_pins(bench.chip, bench.config, load)]


@cocotb.test(timeout_time=10, timeout_unit="ms")
@cocotb.parametrize(power_gate=(False, True))
async def one_label_comes_out_of_each_layer_clock(dut: Any, power_gate: bool) -> None:
    bench = await started(dut, power_gate=power_gate)
    for count in (1, 2, 3 * len(bench.chip.layers)):
        loads = await fill(bench, count)
        assert [b - a for a, b in pairwise(loads)] == [bench.period] * (count - 1)
        await emptied(bench, loads)
        assert sorted(bench.pins.intervals()) == sorted(pins_of(bench, loads))
        reconfigure(bench, power_gate=power_gate)
    assert bench.refused.cycles == []


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def gaps_in_the_stream_delay_no_image_in_the_layers(dut: Any) -> None:
    bench = await started(dut)
    for stall in (0.3, 0.8):
        bench.stall = stall
        loads = await fill(bench, 8)
        await emptied(bench, loads)
        assert sorted(bench.pins.intervals()) == sorted(pins_of(bench, loads))
        reconfigure(bench)


@cocotb.test(timeout_time=10, timeout_unit="ms")
@cocotb.parametrize(pipelined=(False, True))
async def gated_bias_is_on_only_around_the_clock_of_its_layer(dut: Any, pipelined: bool) -> None:
    bench = await started(dut, pipelined=pipelined, power_gate=True)
    await wait_cycles(2)
    for count in (1, 3):
        assert bench.bias() == 0
        loads = await fill(bench, count)
        await emptied(bench, loads)
        bias = bench.bias_pins.intervals()
        assert sorted(bias) == sorted(expected_bias(bench.chip, bench.config, loads))
        reconfigure(bench, pipelined=pipelined, power_gate=True)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def gating_follows_the_configuration_while_no_image_holds_it(dut: Any) -> None:
    bench = await started(dut)
    everything = (1 << len(bench.chip.layers)) - 1
    for power_gate in (True, False, True):
        bench.configure(replace(bench.config, power_gate=power_gate))
        await wait_cycles()
        assert bench.bias() == (0 if power_gate else everything)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def gating_is_taken_with_each_of_images_that_follow_each_other(dut: Any) -> None:
    bench = await started(dut, pipelined=False)
    everything = (1 << len(bench.chip.layers)) - 1
    sending = cocotb.start_soon(fill(bench, 4))
    for power_gate in (False, True, False, True):
        load = await bench.load()
        bench.configure(replace(bench.config, power_gate=not power_gate))
        await wait_until(load + bench.period // 2)
        assert bench.bias() == (0 if power_gate else everything)
    await emptied(bench, await sending)


@cocotb.test(timeout_time=100, timeout_unit="ms")
@cocotb.parametrize(power_gate=(False, True))
async def permission_lost_in_any_cycle_drops_all_images(dut: Any, power_gate: bool) -> None:
    bench = await started(dut, power_gate=power_gate)
    layers = len(bench.chip.layers)
    for age in range(bench.period):
        loads = await fill(bench, bench.rng.randint(1, layers + 1))
        await lose_permission(bench, loads, age)
        reconfigure(bench, power_gate=power_gate)
    await emptied(bench, await fill(bench, 3))


async def lose_permission(bench: InferenceBench, loads: list[int], age: int) -> None:
    """Take the permission for one cycle, `age` cycles after the last load."""
    bench.refused.cycles.clear()
    end = loads[-1] + age
    await wait_until(end)
    bench.allow(False)
    await wait_cycles()
    assert bench.pins.high() == bench.bias_pins.high() == []
    assert not bench.busy()
    bench.allow(True)
    await wait_cycles(bench.image_cycles)
    assert bench.refused.cycles == [end + 1]
    expected = [i for load in loads for i in cut_pins(bench.chip, bench.config, load, end - load)]
    assert sorted(bench.pins.intervals()) == sorted(expected)
    assert [seen.load for seen in bench.labels.seen] == [
        load for load in loads if label_cycle(bench.chip, load) <= end
    ]


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def configuration_holds_while_any_image_is_in_the_layers(dut: Any) -> None:
    """Another mode, another gating, other times and illegal ones: nothing of it counts yet."""
    bench = await started(dut, power_gate=True)
    config = bench.config
    sending = cocotb.start_soon(fill(bench, 8))
    await bench.load()
    while not sending.done():
        bad = tuple(bench.rng.choice((0, t)) for t in config.t_ctrl)
        reconfigure(bench, pipelined=False, power_gate=False)
        bench.configure(replace(bench.config, t_ctrl=bad))
        expected = config.cf_sel_pins(bench.chip), config.cmp_trim_pins(bench.chip)
        assert bench.trims() == expected
        await wait_cycles()
    bench.configure(config)
    loads = await sending
    assert [b - a for a, b in pairwise(loads)] == [bench.period] * 7
    await emptied(bench, loads)
    assert sorted(bench.pins.intervals()) == sorted(pins_of(bench, loads))
    assert sorted(bench.bias_pins.intervals()) == sorted(expected_bias(bench.chip, config, loads))


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_mode_switched_while_busy_counts_from_the_next_image_into_empty_layers(
    dut: Any,
) -> None:
    bench = await started(dut)
    for pipelined in (False, True, False):
        loads = await fill(bench, 3)
        reconfigure(bench, pipelined=pipelined)
        await emptied(bench, loads)
        loads = await fill(bench, 3)
        step = bench.period if pipelined else bench.image_cycles
        assert [b - a for a, b in pairwise(loads)] == [step] * 2
        reconfigure(bench)
        await emptied(bench, loads)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def quiet_flags_leave_room_for_one_slot_in_each_layer_clock(dut: Any) -> None:
    bench = await started(dut)
    longest = bench.chip.phases.t_ctrl_max_cycles
    for _ in range(2):
        loads = await fill(bench, 2)
        pins = pins_of(bench, loads)
        for cycle in range(loads[-1], label_cycle(bench.chip, loads[-1]) + 2):
            await wait_until(cycle)
            assert bench.quiet() == expected_quiet(bench.chip, pins, cycle)
        bench.configure(replace(bench.config, t_ctrl=(longest,) * len(bench.chip.layers)))
