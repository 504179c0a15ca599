"""Watches what stops `cnr_programmer`, and what it was doing then."""

from __future__ import annotations

from functools import partial

from tb.coverage.monitor import Monitor
from tb.coverage.plan_programming import PULSE_PHASES, SENSE_PHASES
from tb.coverage.sampler import sample

PULSE_STATES = ("idle", *PULSE_PHASES, *SENSE_PHASES)  # state_e of cnr_pulse
SWEEP_STATES = ("idle", "next word", "run", "reading back", "drain", "suspended")  # of cnr_prog
WORD_STATES = {8: "logging", 11: "relaxing"}  # of cnr_verify


class StopMonitor(Monitor):
    """Aborts, suspends and losses."""

    def start(self) -> None:
        """Begin to watch."""
        block = self.block
        self.rises(block.abort_i, partial(self._stopped, "abort"))
        self.rises(block.suspend_i, partial(self._stopped, "suspend"))
        self.rises(block.watchdog_i, partial(self._stopped, "watchdog"))
        self.falls(block.supply_ok_i, partial(self._stopped, "supply"))
        self.falls(block.pump_ok_i, partial(self._stopped, "pump"))

    def _stopped(self, cause: str) -> None:
        phase = self._phase()
        if phase != "drain":
            sample("programming.stop", cause, phase)

    def _phase(self) -> str:
        block = self.block
        pulse = PULSE_STATES[int(block.u_pulse.state_q.value)]
        if pulse != "idle":
            return pulse
        sweep = SWEEP_STATES[int(block.u_prog.state_q.value)]
        if sweep != "run":
            return sweep
        return WORD_STATES.get(int(block.u_verify.state_q.value), "deciding")
