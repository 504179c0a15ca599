"""Follows one operation of `cnr_programmer` and judges all that shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from tb.drivers.programmer import Counts, Programmer
from tb.drivers.pulse_recorder import PulseRecorder
from tb.host.regmap import ProgOp
from tb.models.accounting import counted
from tb.models.march import Step
from tb.models.scoreboard import Account, After, Cut, Scoreboard

LOG_DEPTH = 64  # entries of the fail log; later ones are lost


class Watch:
    """Follows an operation from now on."""

    def __init__(self, programmer: Programmer, recorder: PulseRecorder) -> None:
        self._programmer = programmer
        self._recorder = recorder
        self._counts = programmer.counts
        self._seen = len(recorder)
        self._read_back = len(programmer.read_back)
        self._cuts: list[Cut] = []

    def stopped(self, after: After) -> None:
        """Take note that the operation has been stopped and that nothing is on any more."""
        seen = len(self._recorder) - self._seen
        self._cuts.append(Cut(seen, self._programmer.pointer, after))

    async def judge(self, op: ProgOp, steps: Iterable[Step]) -> Account:
        """Compare what it has done with the steps that it had to do; empties the fail log."""
        programmer = self._programmer
        seen = self._recorder.seen(self._seen)
        account = Scoreboard(programmer.chip).check(programmer.config, steps, seen, self._cuts)
        fails = list(chain(*(word.failed for word in account.done)))
        assert await programmer.pop_fails() == fails[:LOG_DEPTH]
        added = counted(op, account)
        expected = Counts(*(old + new for old, new in zip(self._counts, added, strict=True)))
        assert programmer.counts == expected
        if op is ProgOp.READ:
            given = programmer.read_back[self._read_back :]
            assert [
                {place: levels[place] for place in word.levels}
                for levels, word in zip(given, account.done, strict=True)
            ] == [word.levels for word in account.done]
        return account
