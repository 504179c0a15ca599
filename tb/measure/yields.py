"""Binary cells operated pulse by pulse through the chip: which part does what it should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from tb.measure.estimate import Estimate, share
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
        Seed of the die and of the data.
    """

    def __init__(self, dut: Any, device: Device, seed: int) -> None:
        self.chip = chip_under_test()
        self._device = device
        self._macro = RecordingMacro(self.chip, self._device, seed=seed)
        self.env = ChipEnv(dut, self.chip, self._macro)
        self._exists = word_masks(self.chip)
        self._rng = np.random.default_rng(seed)

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

    async def write(self, high: BoolArray) -> Counters:
        """Write the whole chip, bool (words, cells)."""
        await self.env.host.clear_counters()
        outcome = await self.env.write(high)
        assert outcome.error is ProgErr.NONE, outcome
        return await self.env.host.counters()

    async def limit_to_one_pulse(self) -> None:
        """Let every word have one pulse of SET or RESET."""
        await self.env.host.write("limit_pulses", max_form=1, max_set=1)
        await self.env.host.write("limit_totals", max_reset=1, max_total=1)

    def random_words(self) -> BoolArray:
        """Random data of the whole chip."""
        return self._rng.integers(0, 2, self._exists.shape).astype(np.bool_)

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

    def of_words(self, words: BoolArray) -> BoolArray:
        """Those of (words, cells) that belong to existing cells, (cells,)."""
        return words[self._exists]

    def passes(self, level: int) -> BoolArray:
        """Which of the existing cells are in the verify window of a level now, (cells,)."""
        window, resistance = self._device.levels[level], self.resistances()
        low, high = window.verify_lo_ohm or 0.0, window.verify_hi_ohm or np.inf
        return (resistance > low) & (resistance <= high)

    def out_of_window(self, words: BoolArray) -> BoolArray:
        """Which of the existing, formed cells do not hold what was written, (cells,)."""
        held = np.where(self.of_words(words), self.passes(1), self.passes(0))
        return self.formed() & ~held

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


async def dropout_figures(bench: YieldBench, words: BoolArray, wait_us: int) -> dict[str, Estimate]:
    """Part of the cells in their window after the write of `words` that leave it in a wait."""
    high, in_window = bench.of_words(words), ~bench.out_of_window(words)
    await Timer(wait_us, "us")
    lost = bench.out_of_window(words)
    return {
        "RESET cells that drop out": share(lost[high & in_window]),
        "SET cells that drop out": share(lost[~high & in_window]),
    }
