"""Anything at any time: the compute side under random streams, configurations and losses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.compute import ComputeBench
from tb.drivers.compute_config import label_cycle, random_config
from tb.drivers.cycles import wait_cycles

CYCLES = 60_000
LONG_MODE = 2000  # cycles of one configuration
LONG_CALM = 1500  # cycles between two losses


async def stream(bench: ComputeBench) -> None:
    """Images, one in ten broken or late."""
    while True:
        bench.stall = bench.rng.choice((0.0, 0.0, 0.1, 0.5))
        kind, image = bench.rng.random(), bench.image()
        if kind < 0.05:
            image = image[: bench.rng.randint(1, len(image))]
        elif kind < 0.1:
            await wait_cycles(bench.rng.randrange(2 * bench.image_cycles))
        await bench.send(image)


async def modes(bench: ComputeBench) -> None:
    """Configurations of both modes, some of which permit nothing."""
    while True:
        config = random_config(bench.rng, bench.chip)
        if bench.rng.random() < 0.03:
            config = replace(config, t_ctrl=(0, *config.t_ctrl[1:]))
        bench.configure(
            replace(
                config,
                pipelined=bench.rng.random() < 0.7,
                power_gate=bench.rng.random() < 0.5,
                refresh_en=bench.rng.random() < 0.9,
                infer_en=bench.rng.random() < 0.97,
            )
        )
        await wait_cycles(bench.rng.choice((1, bench.period, LONG_MODE)))
        await some_cycle(bench)


async def losses(bench: ComputeBench) -> None:
    """Permission, supply or weights are lost; then they are read again."""
    while True:
        await wait_cycles(bench.rng.randrange(LONG_CALM))
        await some_cycle(bench)
        give = bench.rng.choice((bench.allow, bench.supply, lambda ok: bench.high_voltage(not ok)))
        give(False)
        await wait_cycles(bench.rng.choice((1, 2, 3, bench.period)))
        give(True)
        await wait_cycles(bench.rng.choice((1, bench.period)))
        await bench.reads.begin()


async def some_cycle(bench: ComputeBench) -> None:
    """Wait for any cycle of a layer clock, often for one next to a tick."""
    await bench.tick()
    cycles = (bench.rng.randrange(bench.period), 0, bench.period - 2, bench.period - 1)
    await wait_cycles(bench.rng.choice(cycles))


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def whatever_comes_each_label_belongs_to_a_load(dut: Any) -> None:
    """The bound checkers judge every cycle; labels come in time, or not at all."""
    bench = ComputeBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    for activity in (stream, modes, losses):
        cocotb.start_soon(activity(bench))
    await wait_cycles(CYCLES)
    due = {label_cycle(bench.chip, load.begin) for load in bench.pins.intervals("load")}
    seen = {label.cycle for label in bench.labels.seen}
    assert seen < due, "all loads have a label, or a label has no load"
    assert len(seen) > CYCLES // (4 * bench.image_cycles)
    assert bench.refused.cycles
