"""Two bits per cell: the write-verify of the chip against published silicon."""

from __future__ import annotations

from typing import Any

import cocotb
import numpy as np

from pymodel.device import load_device
from tb.drivers.chip_under_test import chip_under_test
from tb.env import ChipEnv
from tb.measure.levels import LevelBench
from tb.models.recording_macro import RecordingMacro


@cocotb.test(timeout_time=10, timeout_unit="sec")
async def pulses_and_success_are_those_of_the_silicon(dut: Any) -> None:
    chip = chip_under_test()
    device = load_device(chip.chip.device)
    seed = cocotb.RANDOM_SEED % 2**32
    macro = RecordingMacro(chip, device, seed=seed)
    env = ChipEnv(dut, chip, macro)
    await env.start()
    bench = LevelBench(env, macro, device, 3)
    await bench.connect()
    await bench.form()
    levels = np.random.default_rng(seed).integers(0, 4, bench.cells)
    w = await bench.write(levels)
    print([round(w.within(n), 3) for n in (5, 10, 20, 30, 60, 100)], w.pulses.mean(), np.median(w.pulses), [w.within(100, l) for l in range(4)])
    print(macro.statistics, macro.form_bl_mv[:bench.cells].mean(), macro.formed_ohm[:bench.cells].mean())
    import tb.drivers.cycles as c; print(c.cycle_now())
