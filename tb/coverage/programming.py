"""Watches `cnr_programmer`: operations, refusals, stops, words and the self-test."""

from __future__ import annotations

from tb.coverage.monitor import Monitor
from tb.coverage.plan_programming import ENDS
from tb.coverage.sampler import sample
from tb.host.regmap import BistPattern, ProgErr, ProgOp

LAST_OP = max(ProgOp)


class OperationMonitor(Monitor):
    """Operations from their start to their end."""

    def start(self) -> None:
        """Begin to watch."""
        self._op = self._asked = "NONE"
        self._by_resume = False
        self._running = self._cells_failed = False
        self._last_end = ""
        block = self.block
        self.rises(block.start_i, self._start_asked)
        self.rises(block.resume_i, self._resume_asked)
        self.rises(block.accept_o, self._accepted)
        self.rises(block.done_o, self._done)
        self.rises(block.suspended_o, self._suspended)
        self.rises(block.word_start, self._word_started)
        self.rises(block.fail_push, self._cell_failed)

    @property
    def _testing(self) -> bool:
        return bool(self.block.u_bist.running_q.value)

    @property
    def _pattern(self) -> str:
        return BistPattern(int(self.block.u_bist.pattern_q.value)).name

    def _start_asked(self) -> None:
        if not self.block.busy_o.value:
            self._asked, self._by_resume = self._op_asked(), False

    def _op_asked(self) -> str:
        code = int(self.block.op_i.value)
        return ProgOp(code).name if code <= LAST_OP else "above"

    def _resume_asked(self) -> None:
        block = self.block
        if block.suspended_o.value:
            refused = int(block.u_prog.verdict.value)
            sample("programming.resume", "suspended, now refused" if refused else "suspended")
        elif not (block.busy_o.value or block.start_i.value):
            self._by_resume = True

    def _accepted(self) -> None:
        if self._running:
            return
        self._running, self._cells_failed = True, False
        if self.block.start_i.value:
            self._op = self._op_asked()
        else:
            stopped = self._last_end in ENDS
            after = f"stopped: {self._last_end}" if stopped else "ended by a refused resume"
            sample("programming.resume", after)

    def _done(self) -> None:
        error = ProgErr(int(self.block.err_o.value)).name
        if self._running:
            self._ended(error)
        elif self._by_resume:
            self._resume_refused(error)
        elif error == "OP":
            sample("programming.unknown", self._what_unknown())
        else:
            sample("programming.refusal", self._asked, error)
        self._running = False

    def _ended(self, error: str) -> None:
        if error in ENDS:  # else the resume of a suspended one was refused
            sample("programming.end", self._op, error)
        if self._op == "MARCH":
            whole = "cells failed" if self._cells_failed else "passed"
            sample("self_test.end", self._pattern, "stopped" if error != "NONE" else whole)
        self._last_end = error

    def _resume_refused(self, error: str) -> None:
        if error == "RANGE" and self._last_end == "NONE":
            sample("programming.resume", "sweep complete")
        elif error == "OP" and self._op == "MARCH":
            sample("programming.resume", "self-test")

    def _what_unknown(self) -> str:
        named = {
            "NONE": "no operation",
            "TEST_PULSE": "test pulse of no kind",
            "MARCH": "no pattern",
        }
        return named.get(self._asked, "code above the last")

    def _suspended(self) -> None:
        if self._testing:
            sample("self_test.end", self._pattern, "suspended")

    def _word_started(self) -> None:
        if self._testing:
            element = int(self.block.u_bist.number_q.value)
            op = ProgOp(int(self.block.word_op.value)).name
            sample("self_test.step", self._pattern, str(element), op)

    def _cell_failed(self) -> None:
        self._cells_failed = True
