"""What the counters of the chip have to say about an operation that was judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tb.host.regmap import ProgOp
from tb.models.scoreboard import Account

UNASKED = (ProgOp.READ, ProgOp.TEST_PULSE, ProgOp.CYCLE)  # nothing is asked of a cell


def counted(op: ProgOp, account: Account) -> tuple[int, ...]:
    """What an operation adds to each counter, in the order of the counters."""
    done, begun = account.done, account.done + account.stopped
    cells = 0 if op in UNASKED else sum(len(list(word.active)) for word in done)
    failed = sum(len(word.failed) for word in done)
    return (
        *(cells, cells - failed, failed),
        *_per_kind(word.pulses for word in begun),
        sum(len(word.events) - word.pulses.total() for word in begun),
        *_per_kind(word.pulsed_cells for word in begun),
        sum(word.dropouts for word in done),
        sum(word.cycles for word in begun),
    )


def _per_kind(counts: Iterable[Counter[str]]) -> list[int]:
    total: Counter[str] = sum(counts, start=Counter())
    return [total[kind] for kind in ("form", "set", "reset")]
