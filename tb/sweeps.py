"""FORM and WRITE of the whole chip, with its fail log emptied meanwhile."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.simtime import get_sim_time
from cocotb.triggers import Timer

from sim.progress import Progress
from tb.env import ChipEnv
from tb.host.host import Counters, FailedCell, Outcome
from tb.host.regmap import ProgErr

WATCH_US = 2000  # simulated time between two looks at the progress and the fail log


class SweepReport(NamedTuple):
    """One operation over the whole chip.

    counters: of this operation alone. failed: its fail log. seconds: wall clock. chip_seconds:
    simulated, from the command to its end.
    """

    counters: Counters
    failed: list[FailedCell]
    seconds: float
    chip_seconds: float


class WholeChip:
    """Sweeps operations over all words of a chip.

    A full fail log makes a sweep wait, so that no entry is lost.
    """

    def __init__(self, env: ChipEnv) -> None:
        self._env = env
        self._failed: list[FailedCell] = []
        self._running = False

    async def form(self) -> SweepReport:
        """FORM every word."""
        return await self._sweep("form", self._env.form)

    async def write(self, words: npt.NDArray[np.bool_]) -> SweepReport:
        """WRITE every word, targets bool (words, cells)."""
        return await self._sweep("write", lambda: self._env.write(words))

    async def _sweep(self, name: str, operation: Callable[[], Awaitable[Outcome]]) -> SweepReport:
        host = self._env.host
        await host.clear_counters()
        await host.wait_for_fail_log()
        self._failed, self._running = [], True
        watching = cocotb.start_soon(self._watch(name))
        start, start_ns = time.monotonic(), get_sim_time("ns")
        outcome = await operation()
        seconds, end_ns = time.monotonic() - start, get_sim_time("ns")
        self._running = False
        await watching
        assert outcome.error is ProgErr.NONE, f"{name} ended with {outcome}"
        counters = await host.counters()
        assert counters.succeeded + counters.failed == counters.requested, counters
        return SweepReport(counters, self._failed, seconds, (end_ns - start_ns) * 1e-9)

    async def _watch(self, name: str) -> None:
        total = self._env.chip.words
        progress, done = Progress(name, total, "words"), 0
        while self._running:
            await Timer(WATCH_US, "us")
            await self._take_failed()
            done = max(done, self._env.word_at_pins()) if self._running else total
            progress.update(done)

    async def _take_failed(self) -> None:
        log = await self._env.observer.fail_log()
        assert not log.overflow, "the fail log of the chip has overflowed"
        self._failed += log.cells
