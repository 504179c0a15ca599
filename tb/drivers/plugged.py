"""A controller in the generated bench of scripts/sequence: its clock, its reset, its inputs."""

from __future__ import annotations

from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import Timer

from scripts.sequence.live import LiveJob

RESET_CLOCKS = 10


class Plugged:
    """The generated top around a controller.

    Parameters
    ----------
    dut
        Its handle.
    job
        Names of the clock, the reset and the inputs that rest at 0.
    """

    def __init__(self, dut: Any, job: LiveJob) -> None:
        self._dut, self._job = dut, job
        self.macro = dut.u_bay.u_macro

    async def power_up(self) -> None:
        """Start the clock and go through reset, all other inputs at 0."""
        job = self._job
        for name in job.inputs:
            getattr(self._dut, name).value = 0
        reset = getattr(self._dut, job.reset)
        reset.value = job.reset_level
        period_ps = 2 * round(500 * job.period_ns)
        Clock(getattr(self._dut, job.clock), period_ps, "ps", impl="gpi").start()
        await Timer(RESET_CLOCKS * period_ps + period_ps // 4, "ps")
        reset.value = 1 - job.reset_level
        await Timer(2 * period_ps, "ps")
