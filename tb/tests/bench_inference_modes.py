"""Every reason to refuse or drop an image, in every mode of the layer clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import cocotb

from tb.drivers.compute_config import ComputeConfig, random_config
from tb.drivers.cycles import wait_cycles, wait_until
from tb.drivers.inference import InferenceBench

Change = Callable[[InferenceBench, ComputeConfig], None]


def forbid(bench: InferenceBench, config: ComputeConfig) -> None:
    bench.allow(False)


def disable(bench: InferenceBench, config: ComputeConfig) -> None:
    bench.configure(replace(config, infer_en=False))


def take_all_time(bench: InferenceBench, config: ComputeConfig) -> None:
    bench.configure(replace(config, t_ctrl=(0, *config.t_ctrl[1:])))


def exceed_the_time(bench: InferenceBench, config: ComputeConfig) -> None:
    longest = bench.chip.phases.t_ctrl_max_cycles
    bench.configure(replace(config, t_ctrl=(*config.t_ctrl[:-1], longest + 1)))


def restore(bench: InferenceBench, config: ComputeConfig) -> None:
    bench.allow(True)
    bench.configure(config)


async def refuses(bench: InferenceBench, config: ComputeConfig, spoil: Change) -> None:
    """An image that waits while something is wrong is refused once and leaves no trace."""
    spoil(bench, config)
    bench.refused.cycles.clear()
    await bench.send(bench.image())
    await bench.tick()
    await wait_cycles(2)
    assert len(bench.refused.cycles) == 1, spoil.__name__
    assert not bench.busy()
    restore(bench, config)


async def drops(bench: InferenceBench, config: ComputeConfig, lose: Change, clock: int) -> None:
    """An image in some layer clock after its load is dropped with the next edge."""
    bench.labels.seen.clear()
    cocotb.start_soon(bench.send(bench.image()))
    load = await bench.load()
    bench.refused.cycles.clear()
    await wait_until(load + clock * bench.period + 7)
    lose(bench, config)
    await wait_cycles()
    assert not bench.busy(), f"{lose.__name__} in layer clock {clock}"
    assert bench.pins.high() == []
    restore(bench, config)
    await wait_cycles(2)
    assert len(bench.refused.cycles) == 1
    assert not bench.labels.seen


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def every_mode_refuses_drops_and_labels_alike(dut: Any) -> None:
    bench = InferenceBench(dut, cocotb.RANDOM_SEED)
    await bench.start()
    for pipelined, power_gate in product((False, True), repeat=2):
        drawn = random_config(bench.rng, bench.chip)
        config = replace(drawn, pipelined=pipelined, power_gate=power_gate)
        restore(bench, config)
        for spoil in (forbid, disable, take_all_time, exceed_the_time):
            await refuses(bench, config, spoil)
        for lose, clock in product((forbid, disable), range(len(bench.chip.layers) + 1)):
            await drops(bench, config, lose, clock)
        await bench.classify()
