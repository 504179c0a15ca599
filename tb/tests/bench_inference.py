"""Image in, label out: `cnr_inference` against timing and labels worked out in Python."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import cocotb

from chips.geometry import image_beats
from tb.drivers.compute_config import (
    ComputeConfig,
    cut_pins,
    expected_pins,
    expected_quiet,
    label_cycle,
    random_config,
)
from tb.drivers.cycles import cycle_now, wait_cycles, wait_until
from tb.drivers.inference import InferenceBench
from tb.drivers.labels import Label


async def started(dut: Any) -> InferenceBench:
    bench = InferenceBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    return bench


def with_t_ctrl(config: ComputeConfig, layer: int, value: int) -> ComputeConfig:
    t_ctrl = [value if k == layer else t for k, t in enumerate(config.t_ctrl)]
    return replace(config, t_ctrl=tuple(t_ctrl))


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def pins_follow_the_configuration_of_each_layer(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(12):
        bench.configure(random_config(bench.rng, bench.chip))
        bench.pins.clear()
        load = await bench.classify()
        expected = expected_pins(bench.chip, bench.config, load)
        assert bench.pins.intervals() == expected
        assert bench.pins.high() == []


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def shortest_and_longest_integration_keep_the_label_clock(dut: Any) -> None:
    bench = await started(dut)
    for t_ctrl in (1, bench.chip.phases.t_ctrl_max_cycles):
        bench.configure(replace(bench.config, t_ctrl=(t_ctrl,) * len(bench.chip.layers)))
        await bench.classify()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def label_follows_its_load_by_one_clock_per_layer(dut: Any) -> None:
    bench = await started(dut)
    cocotb.start_soon(bench.send(bench.image()))
    load = await bench.load()
    end_of_load_clock = await bench.tick()
    label = await bench.label()
    assert end_of_load_clock == load + bench.period
    assert label.cycle == end_of_load_clock + len(bench.chip.layers) * bench.period


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def frames_at_full_rate_take_one_clock_more_than_there_are_layers(dut: Any) -> None:
    bench = await started(dut)
    images = [bench.image() for _ in range(20)]
    loads = await stream(bench, images)
    assert [b - a for a, b in pairwise(loads)] == [bench.image_cycles] * 19


@cocotb.test(timeout_time=40, timeout_unit="ms")
async def random_stalls_lose_nothing(dut: Any) -> None:
    bench = await started(dut)
    for stall in (0.2, 0.6, 0.9):
        bench.stall = stall
        await stream(bench, [bench.image() for _ in range(6)])


async def stream(bench: InferenceBench, images: list[list[int]]) -> list[int]:
    """Send images one after the other and check every label; cycles of their load pulses."""
    bench.latches.loaded.clear()
    bench.labels.seen.clear()
    bench.comparators.decisions.clear()
    bench.pins.clear()

    async def send_all() -> None:
        for image in images:
            await bench.send(image)

    sending = cocotb.start_soon(send_all())
    while len(bench.labels.seen) < len(images):
        await bench.label()
    await sending
    loads = [interval.begin for interval in bench.pins.intervals("load")]
    assert bench.latches.loaded == [tuple(image) for image in images]
    assert bench.labels.seen == [
        Label(load, label_cycle(bench.chip, load), decision)
        for load, decision in zip(loads, bench.comparators.decisions, strict=True)
    ]
    return loads


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_frame_streams_in_while_the_one_before_is_computed(dut: Any) -> None:
    bench = await started(dut)
    first, second = bench.image(), bench.image()
    await bench.send(first)
    await bench.load()
    await bench.send(second)
    assert bench.busy()
    assert not bench.ready()
    label = await bench.label()
    await wait_cycles(2)
    assert bench.latches.loaded == [tuple(first), tuple(second)]
    assert bench.pins.intervals("load")[-1].begin == label.cycle


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_frame_and_its_load_fit_one_layer_clock(dut: Any) -> None:
    bench = await started(dut)
    begin = await bench.tick()
    await bench.send(bench.image())
    assert cycle_now() == begin + image_beats(bench.chip)
    load = await bench.load()
    assert load == begin + bench.period
    assert bench.ready()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def early_last_drops_the_frame(dut: Any) -> None:
    bench = await started(dut)
    for length in range(1, image_beats(bench.chip)):
        bench.stall = bench.rng.choice((0.0, 0.3))
        await bench.send(bench.image()[:length])
        await wait_cycles()
        assert bench.errors.cycles[-1:] == [cycle_now() - 1]
        assert len(bench.errors.cycles) == length
        if length % 7 in (1, 2):
            await bench.classify()
    await bench.classify()
    assert bench.refused.cycles == []


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def missing_last_drops_all_up_to_the_next_last(dut: Any) -> None:
    bench = await started(dut)
    for count, extra in enumerate((0, 1, 2, image_beats(bench.chip)), start=1):
        bench.stall = bench.rng.choice((0.0, 0.3))
        await bench.send(bench.image(), last=None)
        await wait_cycles()
        assert bench.errors.cycles[-1:] == [cycle_now() - 1]
        await bench.send((bench.image() * 2)[: extra + 1])
        await wait_cycles(2 * bench.period)
        assert len(bench.errors.cycles) == count
        assert not bench.busy()
        await bench.classify()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def an_image_without_permission_is_refused_at_the_tick(dut: Any) -> None:
    bench = await started(dut)
    bench.allow(False)
    await refuse_one(bench)
    bench.allow(True)
    await bench.classify()
    bench.configure(replace(bench.config, infer_en=False))
    await refuse_one(bench)
    bench.configure(replace(bench.config, infer_en=True))
    await bench.classify()


async def refuse_one(bench: InferenceBench) -> None:
    """Send an image that must be refused at the next tick, and see that nothing else happens."""
    bench.refused.cycles.clear()
    bench.pins.clear()
    labels = len(bench.labels.seen)
    await bench.send(bench.image())
    tick = await bench.tick()
    await wait_until(tick + bench.image_cycles + bench.period)
    assert bench.refused.cycles == [tick]
    assert bench.pins.intervals() == []
    assert len(bench.labels.seen) == labels


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def an_illegal_integration_time_is_refused(dut: Any) -> None:
    bench = await started(dut)
    good = bench.config
    for layer in range(len(bench.chip.layers)):
        for value in (0, bench.chip.phases.t_ctrl_max_cycles + 1, 63):
            bench.configure(with_t_ctrl(good, layer, value))
            await refuse_one(bench)
    bench.configure(good)
    await bench.classify()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def bias_follows_the_permission(dut: Any) -> None:
    bench = await started(dut)
    everything = (1 << len(bench.chip.layers)) - 1
    for allowed in (False, True, False, True):
        bench.allow(allowed)
        await wait_cycles()
        assert bench.bias() == (everything if allowed else 0)


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def permission_lost_in_any_cycle_drops_the_image(dut: Any) -> None:
    bench = await started(dut)
    for age in range(bench.image_cycles):
        await lose_permission(bench, age, waiting=age % 3 == 0 or age == bench.image_cycles - 1)
    await bench.classify()


async def lose_permission(bench: InferenceBench, age: int, waiting: bool) -> None:
    """Take the permission for one cycle, `age` cycles after the load; another image may wait."""
    cocotb.start_soon(bench.send(bench.image()))
    load = await bench.load()
    bench.refused.cycles.clear()
    bench.pins.clear()
    bench.labels.seen.clear()
    second = bench.image()
    if waiting:
        cocotb.start_soon(bench.send(second))
    await wait_until(load + age)
    bench.allow(False)
    await wait_cycles()
    assert bench.pins.high() == []
    assert not bench.busy()
    bench.allow(True)
    await wait_cycles()
    assert bench.refused.cycles == [load + age + 1]
    assert bench.pins.intervals() == cut_pins(bench.chip, bench.config, load, age)
    if waiting:
        await bench.label()
        assert bench.latches.loaded[-1] == tuple(second)
    else:
        await wait_until(load + bench.image_cycles + 2)
    assert bench.refused.cycles == [load + age + 1]
    assert len(bench.labels.seen) == waiting


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def an_image_that_waits_without_permission_is_refused_after_the_one_before(dut: Any) -> None:
    bench = await started(dut)
    await bench.send(bench.image())
    load = await bench.load()
    await bench.send(bench.image())
    await wait_until(load + bench.image_cycles - 1)
    bench.allow(False)
    await wait_cycles(bench.period + 2)
    assert bench.refused.cycles == [
        load + bench.image_cycles,
        load + bench.image_cycles + bench.period,
    ]
    assert bench.labels.seen == []


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def configuration_is_taken_with_the_load(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(4):
        config = bench.config
        cocotb.start_soon(bench.send(bench.image()))
        load = await bench.load()
        bench.pins.clear()
        while cycle_now() < load + bench.image_cycles - 1:
            bench.configure(random_config(bench.rng, bench.chip))
            assert bench.trims() == (
                config.cf_sel_pins(bench.chip),
                config.cmp_trim_pins(bench.chip),
            )
            await wait_cycles()
        await wait_cycles(2)
        expected = expected_pins(bench.chip, config, load)
        assert bench.pins.intervals() == expected


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def quiet_flags_leave_room_for_one_read_slot(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(2):
        bench.configure(random_config(bench.rng, bench.chip))
        cocotb.start_soon(bench.send(bench.image()))
        load = await bench.load()
        pins = expected_pins(bench.chip, bench.config, load)
        for cycle in range(load, load + bench.image_cycles + 20):
            await wait_until(cycle)
            assert bench.quiet() == expected_quiet(bench.chip, pins, cycle)


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def reset_in_flight_clears_the_pins_at_once(dut: Any) -> None:
    bench = await started(dut)
    for _ in range(20):
        cocotb.start_soon(bench.send(bench.image()))
        await bench.load()
        await wait_cycles(bench.rng.randrange(bench.image_cycles - 1))
        labels = len(bench.labels.seen)
        await bench.clock.reset()
        assert bench.pins.high() == []
        assert not bench.busy()
        await wait_cycles(bench.image_cycles)
        assert len(bench.labels.seen) == labels
    await bench.classify()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def an_illegal_state_of_the_stream_drops_up_to_the_next_last(dut: Any) -> None:
    bench = await started(dut)
    await bench.send(bench.image()[:-1], last=None)
    bench.upset_load_state()
    await wait_cycles()
    await bench.send(bench.image())
    await wait_cycles(2 * bench.period)
    assert not bench.busy()
    await bench.classify()
