"""Multi-level cells programmed through the chip: how many pulses they take and how many succeed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cocotb
import numpy as np
import numpy.typing as npt

from tb.env import ChipEnv, level_windows
from tb.host.host import WordAddress
from tb.host.regmap import ProgErr, ProgOp
from tb.models.recording_macro import RecordingMacro
from pymodel.device import Device

WRITES = 3  # a host writes a word whose cell has failed twice more


@dataclass(frozen=True)
class Written:
    """Outcome of each cell, arrays (cells,): its level, the pulses it took, whether it succeeded."""

    levels: npt.NDArray[np.int64]
    pulses: npt.NDArray[np.int64]
    succeeded: npt.NDArray[np.bool_]

    def within(self, pulses: int, level: int | None = None) -> float:
        """Part of the cells, or of those of one level, that succeeded with at most so many."""
        done = self.succeeded & (self.pulses <= pulses)
        return float(done.mean() if level is None else done[self.levels == level].mean())


class LevelBench:
    """A chip with one cell per word, configured for a cell parameter set.

    Parameters
    ----------
    env
        The chip and all around it, started.
    macro
        The model behind it.
    device
        Its parameter set.
    groups
        Groups of layer 0 that are used.
    """

    def __init__(
        self, env: ChipEnv, macro: RecordingMacro, device: Device, groups: int
    ) -> None:
        self._env, self._macro, self._device = env, macro, device
        self._rows = env.chip.geometry[0].rows
        self._groups = range(groups)
        self.cells = groups * self._rows

    async def connect(self) -> None:
        """Write windows, ramps and limits."""
        await self._env.host.connect()
        windows = level_windows(self._device)
        await self._env.host.configure_programming(windows, self._device.form_pass_ohm)

    async def form(self) -> None:
        """FORM all cells; those that no RESET brings up are left in the log."""
        for group in self._groups:
            await self._run(ProgOp.FORM, self._word(group, 0), self._word(group, self._rows - 1))

    async def write(self, levels: npt.NDArray[np.int64]) -> Written:
        """Write a level into each cell, the failed ones again."""
        self._macro.forget()
        failed = set()
        for group in self._groups:
            part = levels[group * self._rows : (group + 1) * self._rows]
            failed |= await self._write(part, self._word(group, 0))
        for _ in range(WRITES - 1):
            again, failed = failed, set()
            for word in sorted(again):
                level = levels[word.group * self._rows + word.row]
                failed |= await self._write([level], word)
        succeeded = np.ones(self.cells, np.bool_)
        succeeded[[word.group * self._rows + word.row for word in failed]] = False
        return Written(levels, self._macro.pulses[: self.cells].copy(), succeeded)

    async def _write(self, levels: Sequence[int], first: WordAddress) -> set[WordAddress]:
        """Write consecutive words of a group; the failed ones."""
        sending = cocotb.start_soon(self._env.weights.send(int(level) for level in levels))
        last = first._replace(row=first.row + len(levels) - 1)
        failed = await self._run(ProgOp.WRITE, first, last)
        await sending
        return failed

    async def _run(self, op: ProgOp, first: WordAddress, last: WordAddress) -> set[WordAddress]:
        """Run an operation; the words that it logs."""
        outcome = await self._env.host.run(op, first, last)
        assert outcome.error is ProgErr.NONE, outcome
        log = await self._env.host.fail_log()
        assert not log.overflow
        return {cell.word for cell in log.cells}

    @staticmethod
    def _word(group: int, row: int) -> WordAddress:
        return WordAddress(0, group, row)
