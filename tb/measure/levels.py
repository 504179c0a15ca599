"""Multi-level cells written through the chip: how many pulses they take and how many succeed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt

from pymodel.device import load_device
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.stream import StreamSink
from tb.env import ChipEnv, level_windows
from tb.host.host import WordAddress
from tb.host.regmap import ProgErr, ProgOp
from tb.measure.estimate import Estimate, mean, median, share
from tb.models.recording_macro import RecordingMacro

WRITES = 3  # a word whose cell has failed is written twice more
SWEEP_WORDS = 129
GRAY = np.array([0b00, 0b01, 0b11, 0b10])  # bits of each level
LevelArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Written:
    """Level of each cell, the pulses it took and whether it succeeded; arrays (cells,)."""

    levels: LevelArray
    pulses: LevelArray
    succeeded: npt.NDArray[np.bool_]

    def within(self, pulses: int) -> npt.NDArray[np.bool_]:
        """Cells that succeeded with at most so many pulses."""
        return self.succeeded & (self.pulses <= pulses)

    def level_within(self, level: int, pulses: int) -> Estimate:
        """Part of the cells of one level that succeeded with at most so many pulses."""
        return share(self.within(pulses)[self.levels == level])


class LevelBench:
    """A chip with one cell per word and the model of its cells.

    Parameters
    ----------
    dut
        The chip.
    groups
        How many of the groups of layer 0 are used.
    seed
        Seed of the die and of the levels that are written.

    Attributes
    ----------
    macro
        The model, with its record.
    cells
        How many are used.
    """

    def __init__(self, dut: Any, groups: int, seed: int) -> None:
        self.chip = chip_under_test()
        self._device = load_device(self.chip.chip.device)
        self._rows = self.chip.geometry[0].rows
        self._groups = groups
        self._rng = np.random.default_rng(seed)
        self.macro = RecordingMacro(self.chip, self._device, seed=seed)
        self._env = ChipEnv(dut, self.chip, self.macro)
        self._read_back = StreamSink(dut, "rb")
        self._at_highest = False
        self.cells = groups * self._rows

    async def start(self) -> None:
        """Power up; write windows, ramps and limits."""
        await self._env.start()
        cocotb.start_soon(self._read_back.run())
        await self._env.host.connect()
        windows = level_windows(self._device)
        await self._env.host.configure_programming(windows, self._device.form_pass_ohm)

    async def set_word_line_step(self, step_mv: int) -> None:
        """Step the word lines of SET and RESET by `step_mv`."""
        for name in ("set", "reset"):
            ramp = replace(getattr(self.chip.programming, name), wl_step_mv=step_mv)
            await self._env.host.write_ramp(name, ramp)

    async def form(self) -> None:
        """FORM all cells, which leaves them at the highest level."""
        await self._sweep(ProgOp.FORM)
        self._at_highest = True

    async def write(self) -> Written:
        """Bring all cells to the highest level, then write a random level into each.

        As in the published data, pulses count from there on.
        """
        if not self._at_highest:
            await self._sweep(ProgOp.RESET)
        self._at_highest = False
        self.macro.forget()
        levels = self._rng.integers(0, self.chip.chip.levels, self.cells)
        failed = await self._write_all(levels)
        for _ in range(WRITES - 1):
            failed = await self._write_words(levels, failed)
        succeeded = np.ones(self.cells, np.bool_)
        succeeded[[self._index(word) for word in failed]] = False
        return Written(levels, self.macro.pulses[: self.cells].copy(), succeeded)

    async def read(self) -> LevelArray:
        """Read the levels of all cells."""
        self._read_back.words.clear()
        await self._sweep(ProgOp.READ)
        return np.array(self._read_back.words)

    async def _write_all(self, levels: LevelArray) -> set[WordAddress]:
        """Write all words, in sweeps whose failures the fail log holds; the failed ones."""
        failed = set()
        for index in range(0, self.cells, self._rows):
            word = WordAddress(0, index // self._rows, 0)
            for row in range(0, self._rows, SWEEP_WORDS):
                end = index + min(row + SWEEP_WORDS, self._rows)
                failed |= await self._write(levels[index + row : end], word._replace(row=row))
        return failed

    async def _write_words(self, levels: LevelArray, words: set[WordAddress]) -> set[WordAddress]:
        failed = set()
        for word in sorted(words):
            failed |= await self._write([levels[self._index(word)]], word)
        return failed

    async def _write(
        self, levels: Sequence[int] | LevelArray, first: WordAddress
    ) -> set[WordAddress]:
        """Write consecutive words of a group; the failed ones."""
        host, last = self._env.host, first._replace(row=first.row + len(levels) - 1)
        sending = cocotb.start_soon(self._env.weights.send(int(level) for level in levels))
        outcome = await host.run(ProgOp.WRITE, first, last)
        assert outcome.error is ProgErr.NONE, outcome
        await sending
        log = await host.fail_log()
        assert not log.overflow
        return {cell.word for cell in log.cells}

    async def _sweep(self, op: ProgOp) -> None:
        """Run an operation over all cells; the cells that it logs are of no interest."""
        last = WordAddress(0, self._groups - 1, self._rows - 1)
        outcome = await self._env.host.run(op, WordAddress(0, 0, 0), last)
        assert outcome.error is ProgErr.NONE, outcome
        await self._env.host.clear_counters()

    def _index(self, word: WordAddress) -> int:
        return word.group * self._rows + word.row


def form_figures(bench: LevelBench) -> dict[str, Estimate]:
    """What FORM took and left."""
    line_mv, left_ohm = bench.macro.form_bl_mv, bench.macro.formed_ohm
    formed = left_ohm > 0
    return {
        "FORM bit line, V": mean(line_mv[formed] * 1e-3),
        "FORM below 3.6 V": share(line_mv[formed] < 3600),
        "kohm after FORM": mean(left_ohm[formed] * 1e-3),
    }


def write_figures(written: Written) -> dict[str, Estimate]:
    """Pulses and success of all levels together, and of the highest one."""
    highest = int(written.levels.max())
    return {
        **{f"within {n} pulses": share(written.within(n)) for n in (5, 10, 20, 30, 60, 100)},
        "highest level within 100": written.level_within(highest, 100),
        "mean pulses": mean(written.pulses),
        "median pulses": median(written.pulses),
    }


async def step_figures(bench: LevelBench, step_mv: int) -> dict[str, Estimate]:
    """Pulses and success with another word-line step."""
    await bench.set_word_line_step(step_mv)
    written = await bench.write()
    return {
        f"{step_mv} mV steps: mean pulses": mean(written.pulses),
        f"{step_mv} mV steps: success": share(written.succeeded),
    }


async def aged_figures(bench: LevelBench, cycles: int) -> dict[str, Estimate]:
    """Wrong bits among those read back from cells that have gone through so many cycles."""
    bench.macro.age(cycles)
    written = await bench.write()
    wrong = GRAY[written.levels] ^ GRAY[await bench.read()]
    bits = (wrong[:, None] >> np.arange(2)) & 1
    return {f"bit errors after {cycles:,} cycles": share(bits.astype(np.bool_))}
