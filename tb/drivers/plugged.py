"""A controller in the generated bench of scripts/sequence: its clock, its reset, its inputs."""

from __future__ import annotations

from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import Timer

from scripts.sequence.live import LiveJob
from scripts.sequence.wrapper import POWER

RESET_CLOCKS = 10  # before the power is good, and as many after


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
        self._period_ps = 2 * round(500 * job.period_ns)
        self.macro = dut.u_bay.u_macro

    async def enter_reset(self) -> None:
        """Start the clock in reset, all other inputs at 0; in the end the power is good."""
        job, power = self._job, getattr(self._dut, POWER)
        power.value = 0
        for name in job.inputs:
            getattr(self._dut, name).value = 0
        getattr(self._dut, job.reset).value = job.reset_level
        Clock(getattr(self._dut, job.clock), self._period_ps, "ps", impl="gpi").start()
        await Timer(RESET_CLOCKS * self._period_ps, "ps")
        power.value = 1

    async def leave_reset(self) -> None:
        """Release the reset, away from any edge of the clock."""
        await Timer(RESET_CLOCKS * self._period_ps + self._period_ps // 4, "ps")
        getattr(self._dut, self._job.reset).value = 1 - self._job.reset_level
        await Timer(2 * self._period_ps, "ps")
