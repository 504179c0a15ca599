"""Watches the words of `cnr_programmer`: their pulses and how they end, and the fail log."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from tb.coverage.monitor import Monitor
from tb.coverage.plan_programming import KINDS
from tb.coverage.sampler import sample
from tb.drivers.packed import unpack
from tb.host.regmap import Nesting, ProgOp, PulseKind


def pulses_bin(count: int) -> str:
    """The bin of a number of pulses from 1 on."""
    if count == 1:
        return "1"
    return "2-3" if count < 4 else "4-7" if count < 8 else "8 and more"


class WordMonitor(Monitor):
    """Pulses of each word and its end."""

    def start(self) -> None:
        """Begin to watch."""
        self._kinds: list[str] = []
        self._delayed = False
        width = self.chip.word_cells.bit_length()
        self._result = dict.fromkeys(("requested", "failed", "dropouts"), width)
        block = self.block
        self.rises(block.hv_en_o, self._pulse)
        self.rises(block.word_start, self._begin)
        self.rises(block.u_verify.delayed_q, self._delayed_verify)
        self.rises(block.verify_done, self._verified)
        self.rises(block.exercise_done, self._exercised)

    @property
    def _op(self) -> str:
        return ProgOp(int(self.block.word_op.value)).name

    def _begin(self) -> None:
        self._kinds.clear()
        self._delayed = False

    def _pulse(self) -> None:
        kind = PulseKind(int(self.block.u_pulse.kind_q.value)).name
        self._kinds.append(kind)
        steps = self._kinds[-2:] == [kind, kind]
        if steps and not self.block.exercise.value:
            nesting = Nesting(int(self.block.ramp_cfg.value) & 7)
            sample("programming.nesting", kind, nesting.name)

    def _delayed_verify(self) -> None:
        self._delayed = True

    def _verified(self) -> None:
        result = unpack(int(self.block.verify_result.value), self._result)
        whole = "failed" if result["failed"] else "in window"
        end = "stopped" if int(self.block.verify_err.value) else whole
        for kind, count in Counter(self._kinds).items():
            sample("programming.pulses", kind, pulses_bin(count), end)
        if self._kinds and end != "stopped":
            self._sample_reversals(end)
            if self._delayed:
                found = "some" if result["dropouts"] else "none"
                sample("programming.delayed", self._op, found)

    def _sample_reversals(self, end: str) -> None:
        turns = sum({before, after} == {"SET", "RESET"} for before, after in pairwise(self._kinds))
        sample("programming.reversals", str(turns) if turns < 3 else "3 and more", end)

    def _exercised(self) -> None:
        if self._op == "TEST_PULSE":
            kinds = [kind for kind in self._kinds if kind in KINDS]
            sample("programming.test_pulse", kinds[0] if kinds else "no cell")


class FailLogMonitor(Monitor):
    """What happens to the fail log."""

    def start(self) -> None:
        """Begin to watch."""
        self._count = 0
        block = self.block
        self.changes(block.fail_count_o, self._count_changed)
        self.rises(block.fail_overflow_o, self._lost)
        self.rises(block.u_verify.full, self._waits)
        self.rises(block.fail_pop_i, self._popped)

    def _count_changed(self) -> None:
        before, self._count = self._count, int(self.block.fail_count_o.value)
        if self._count > before:
            full = bool(self.block.fail_full.value)
            first = "further entry" if before else "first entry"
            sample("programming.fail_log", "last place taken" if full else first)
        elif self.block.fail_pop_i.value or before - self._count == 1:
            sample("programming.fail_log", "entry read" if self._count else "last entry read")
        else:
            sample("programming.fail_log", "cleared")

    def _lost(self) -> None:
        sample("programming.fail_log", "entry lost")

    def _waits(self) -> None:
        sample("programming.fail_log", "sweep waits")

    def _popped(self) -> None:
        if not self.block.fail_valid_o.value:
            sample("programming.fail_log", "read when empty")
