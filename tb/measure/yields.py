"""Binary cells operated pulse by pulse through the chip: which part does what it should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.simtime import get_sim_time
from cocotb.triggers import Timer

from chips.weights import word_masks
from pymodel.device import Device
from tb.drivers.chip_under_test import chip_under_test
from tb.env import ChipEnv, level_windows
from tb.host.host import Counters
from tb.host.regmap import ProgErr, ProgOp
from tb.measure.estimate import Estimate, portion, share
from tb.models.recording_macro import RecordingMacro

BoolArray = npt.NDArray[np.bool_]


class YieldBench:
    """A chip whose cells behave like a binary parameter set.

    Parameters
    ----------
    dut
        The chip.
    device
        Parameter set.
    seed
        Seed of the die.
    """

    def __init__(self, dut: Any, device: Device, seed: int) -> None:
        self.chip = chip_under_test()
        self._device = device
        self._macro = RecordingMacro(self.chip, self._device, seed=seed)
        self.env = ChipEnv(dut, self.chip, self._macro)
        self._exists = word_masks(self.chip)

    async def start(self) -> None:
        """Power up; write windows, ramps and limits."""
        await self.env.start()
        await self.env.host.connect()
        await self.configure()

    async def configure(self) -> None:
        """Write windows, ramps and limits of the chip description."""
        windows = level_windows(self._device)
        await self.env.host.configure_programming(windows, self._device.form_pass_ohm)

    async def operate(self, op: ProgOp) -> Counters:
        """Run an operation over the whole chip."""
        await self.env.host.clear_counters()
        outcome = await self.env.host.run(op)
        assert outcome.error is ProgErr.NONE, outcome
        return await self.env.host.counters()

    async def verify(self, high: bool) -> Counters:
        """Verify that all cells of the chip are at their higher or lower level."""
        words = cocotb.start_soon(self.env.send_words(self._exists & high))
        counters = await self.operate(ProgOp.VERIFY)
        await words
        return counters

    async def limit_to_one_pulse(self) -> None:
        """Let every word have one pulse of SET or RESET."""
        await self.env.host.write("limit_pulses", max_form=1, max_set=1)
        await self.env.host.write("limit_totals", max_reset=1, max_total=1)

    def resistances(self) -> npt.NDArray[np.float32]:
        """Resistances of the existing cells now, (cells,), in ohms."""
        now_s = get_sim_time("ps") * 1e-12
        return self._of_cells(lambda layer: self._macro.resistances(layer, now_s))

    def formed(self) -> BoolArray:
        """Which of the existing cells are formed, (cells,)."""
        return self._of_cells(self._macro.formed)

    def formed_s(self) -> npt.NDArray[np.float64]:
        """Conductances that FORM left in the cells that it formed, in siemens."""
        left_ohm = self._macro.formed_ohm[self._exists]
        return 1 / left_ohm[left_ohm > 0]

    def passes(self, level: int) -> BoolArray:
        """Which of the existing cells are in the verify window of a level now, (cells,)."""
        window, resistance = self._device.levels[level], self.resistances()
        low, high = window.verify_lo_ohm or 0.0, window.verify_hi_ohm or np.inf
        return (resistance > low) & (resistance <= high)

    def _of_cells(self, layer_values: Any) -> Any:
        layers = range(len(self.chip.layers))
        words = [layer_values(layer).reshape(-1, self.chip.word_cells) for layer in layers]
        return np.concatenate(words)[self._exists]


def without_relaxation(device: Device) -> Device:
    """A parameter set whose cells do not drift."""
    still = replace(device.relaxation, set_log_sigma=0.0, reset_log_sigma=0.0)
    return replace(device, relaxation=still)


async def pulse_figures(bench: YieldBench) -> dict[str, Estimate]:
    """Yields of FORM, of a ramped RESET, and of single pulses of SET and RESET."""
    await bench.operate(ProgOp.FORM)
    formed, high, formed_s = bench.formed(), bench.passes(1), bench.formed_s()
    await bench.limit_to_one_pulse()
    await bench.operate(ProgOp.SET)
    low = bench.passes(0)
    await bench.operate(ProgOp.RESET)
    return {
        "FORM in the 7 x 6 grid": share(formed),
        "30-120 uS after FORM": share((formed_s > 30e-6) & (formed_s < 120e-6)),
        "RESET, ramped to 3.0/3.0 V": share(high[formed]),
        "SET, one pulse": share(low[high & formed]),
        "RESET, one pulse": share(bench.passes(1)[low & formed]),
    }


async def dropouts(bench: YieldBench, op: ProgOp, wait_us: int) -> Estimate:
    """Part of the cells that pass a SET or a RESET of the whole chip and fail after a wait."""
    passed = await bench.operate(op)
    await Timer(wait_us, "us")
    after = await bench.verify(high=op is ProgOp.RESET)
    return portion(max(after.failed - passed.failed, 0), passed.succeeded)


async def dropout_figures(bench: YieldBench, wait_us: int) -> dict[str, Estimate]:
    """What relaxation takes back after a SET and after a RESET."""
    await bench.operate(ProgOp.FORM)
    return {
        "SET cells that drop out": await dropouts(bench, ProgOp.SET, wait_us),
        "RESET cells that drop out": await dropouts(bench, ProgOp.RESET, wait_us),
    }
