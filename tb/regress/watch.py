"""Follows one operation of the whole chip and judges all that shows of it.

The scoreboard judges the pulses and senses at the macro's pins; the account that it gives judges
the fail log, the counters, the endurance and what was read back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from tb.host.host import FailedCell
from tb.host.regmap import ProgOp
from tb.models.accounting import counted
from tb.models.march import Step
from tb.models.programming import Address, Fail
from tb.models.scoreboard import Account, After, Cut, Scoreboard
from tb.regress.rig import Rig

LOG_DEPTH = 64  # entries of the fail log; later ones are lost
CELL_COUNTS = 3  # the first counters count whole words only, ...
DROPOUTS = 10  # ... and so does this one


class OperationWatch:
    """Follows an operation that begins now.

    Parameters
    ----------
    rig
        The chip.

    Attributes
    ----------
    kills
        How often high voltage was killed without a clock. What begins in the clocks until the chip
        knows is counted, but never reaches the cells.
    """

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._seen = len(rig.recorder)
        self._read_back = len(rig.env.read_back.words)
        self._cuts: list[Cut] = []
        self.kills = 0

    async def begin(self) -> None:
        """Take note of the counters; a log that has lost entries says so until it is cleared."""
        host = self._rig.host
        overflow = (await host.read("fail_count"))["overflow"]
        if overflow or self._rig.rng.random() < 0.5:
            await host.clear_counters()
        self._counts = await host.counters()

    def stopped(self, word: Address, after: After) -> None:
        """Take note that the operation was stopped at a word, with nothing on any more."""
        self._cuts.append(Cut(len(self._rig.recorder) - self._seen, word, after))

    def lost(self, first: Address) -> None:
        """Take note of a reset, which leaves no pointer, in a range from `first` on."""
        seen = self._rig.recorder.seen(self._seen)
        self.stopped(seen[-1].event.address if seen else first, After.NOTHING)

    def judge_pins(self, steps: Iterable[Step]) -> Account:
        """Compare what was seen at the pins with the steps that the operation had to do."""
        rig = self._rig
        seen = rig.recorder.seen(self._seen)
        account = Scoreboard(rig.chip).check(rig.config, steps, seen, self._cuts)
        rig.journal.words += len(account.done) + len(account.stopped)
        return account

    async def judge(self, op: ProgOp, steps: Iterable[Step]) -> Account:
        """Compare all that shows with the steps; empties the fail log."""
        account = self.judge_pins(steps)
        whole = op is not ProgOp.MARCH or not self._cuts
        await self._judge_fails(account, whole)
        await self._judge_counters(op, account, whole)
        await self._judge_wear(account)
        if op is ProgOp.READ:
            self._judge_read_back(account)
        return account

    async def _judge_fails(self, account: Account, whole: bool) -> None:
        """The log; whether a test that has ended early had completed its last word is unknown."""
        log = await self._rig.host.fail_log()
        words = [word.failed for word in account.done]
        expected = list(chain(*words))
        if not whole:
            unsure = account.stopped[-1].failed if account.stopped else []
            log_had_more = len(log.cells) > len(expected)
            expected += unsure if log_had_more else []
        assert [_fail(cell) for cell in log.cells] == expected[:LOG_DEPTH], "fail log"
        assert log.overflow == (len(expected) > LOG_DEPTH), "overflow of the fail log"

    async def _judge_counters(self, op: ProgOp, account: Account, whole: bool) -> None:
        now = await self._rig.host.counters()
        added = [new - old for new, old in zip(now, self._counts, strict=True)]
        assert now.succeeded + now.failed == now.requested, now
        for number, (found, least) in enumerate(zip(added, counted(op, account), strict=True)):
            name = now._fields[number]
            words_only = number < CELL_COUNTS or number == DROPOUTS
            if words_only and not whole:
                continue
            spare = 0 if words_only else self.kills
            if name.startswith("cells_"):
                spare *= self._rig.chip.word_cells
            assert least <= found <= least + spare, f"{name} rose by {found}, expected {least}"

    async def _judge_wear(self, account: Account) -> None:
        """No cell has seen more cycles than its group's count, which has not risen for nothing."""
        rig = self._rig
        before, rig.wear = rig.wear, await rig.host.endurance()
        cycles = sum(word.cycles for word in account.done + account.stopped)
        rose = [new - old for new, old in zip(rig.wear, before, strict=True)]
        assert min(rose) >= 0, "an endurance count fell"
        assert sum(rose) <= cycles + self.kills, "endurance counts rose for nothing"
        for group, (count, cells) in enumerate(zip(rig.wear, rig.cell_cycles(), strict=True)):
            assert count >= cells, f"group {group} counts {count} cycles, a cell has seen {cells}"

    def _judge_read_back(self, account: Account) -> None:
        given = self._rig.read_back(self._read_back)
        assert [
            {cell: levels[cell] for cell in word.levels}
            for levels, word in zip(given, account.done, strict=True)
        ] == [word.levels for word in account.done], "read back"


def _fail(cell: FailedCell) -> Fail:
    return Fail(Address(*cell.word), cell.cell_index, cell.sense, cell.sense_ref, cell.target)
