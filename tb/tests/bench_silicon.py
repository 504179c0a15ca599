"""Closed loops on many cells, for `scripts/bench.py`, which prints the figures.

`CNR_RESULT` names the file that takes them: value and interval of each.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb

from pymodel.device import load_device
from tb.measure.estimate import Estimate
from tb.measure.levels import (
    LevelBench,
    aged_figures,
    form_figures,
    step_figures,
    write_figures,
)
from tb.measure.yields import YieldBench, dropout_figures, pulse_figures, without_relaxation

GROUPS = 6  # of 257 two-bit cells
WAIT_US = 10_000
CYCLES = 5000
STEPS_MV = (10, 150)


def seed() -> int:
    """Seed of the die."""
    return int(cocotb.RANDOM_SEED % 2**32)


def write_result(figures: dict[str, Estimate]) -> None:
    """Hand the figures to whoever started the simulation."""
    Path(os.environ["CNR_RESULT"]).write_text(json.dumps(figures))


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def levels(dut: Any) -> None:
    """Two bits per cell."""
    bench = LevelBench(dut, GROUPS, seed())
    await bench.start()
    await bench.form()
    figures = form_figures(bench) | write_figures(await bench.write())
    for step_mv in STEPS_MV:
        figures |= await step_figures(bench, step_mv)
    await bench.set_word_line_step(bench.chip.programming.set.wl_step_mv)
    write_result(figures | await aged_figures(bench, CYCLES))


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def yields(dut: Any) -> None:
    """Binary cells pulse by pulse, read at once."""
    bench = YieldBench(dut, without_relaxation(load_device("sky130")), seed())
    await bench.start()
    write_result(await pulse_figures(bench))


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def dropouts(dut: Any) -> None:
    """Binary cells that drift away after a write."""
    bench = YieldBench(dut, load_device("sky130"), seed())
    await bench.start()
    write_result(await dropout_figures(bench, WAIT_US))
