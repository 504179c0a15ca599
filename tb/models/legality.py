"""Which start of the programming engine is refused, and why; it shares no code with the design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from chips.description import Chip
from chips.sections import NESTINGS
from tb.host.regmap import BistPattern, ProgErr, ProgOp, PulseKind
from tb.models.programming import REF_HIGHEST, Address, ProgConfig
from tb.models.ramp import Ramp, RampTable

READS = {ProgOp.READ, ProgOp.VERIFY}
WRITES = {ProgOp.FORM, ProgOp.SET, ProgOp.RESET, ProgOp.WRITE, ProgOp.REFRESH, ProgOp.MARCH}
PULSES = WRITES | {ProgOp.TEST_PULSE, ProgOp.CYCLE}
KNOWN = READS | PULSES


@dataclass(frozen=True)
class Start:
    """A start of an operation and the state of the chip that decides on it."""

    op: int
    first: Address
    last: Address
    allow: int = 1
    supply_ok: int = 1
    unlocked: int = 1
    read_locked: int = 0


class Legality:
    """The rules of one chip."""

    def __init__(self, chip: Chip) -> None:
        ceilings, dac = chip.programming.ceilings, chip.programming.dac_step_mv
        self._chip = chip
        self._width = ceilings.width_ns // chip.clock.clk_period_ns
        self._tops = {
            kind: tuple(getattr(ceilings, f"{kind}_{line}_mv") // dac for line in ("wl", "line"))
            for kind in ("form", "set", "reset")
        }

    def verdict(self, config: ProgConfig, start: Start) -> ProgErr:
        """Why a start is refused: the lowest code that applies, or NONE."""
        return min(self._objections(config, start), default=ProgErr.NONE)

    def _objections(self, config: ProgConfig, start: Start) -> Iterator[ProgErr]:
        op = start.op
        if self._unknown(config, op):
            yield ProgErr.OP
        if not (self._exists(start.first) and self._exists(start.last)) or start.first > start.last:
            yield ProgErr.RANGE
        for kind in self._tables(config, op):
            table: RampTable = getattr(config, kind)
            if not _sound(table):
                yield ProgErr.RAMP
            tops = (*self._tops[kind], self._width)
            if any(r.stop > top for r, top in zip(_ramps(table), tops, strict=True)):
                yield ProgErr.CEILING
        if op in READS | WRITES:
            if config.wl_sense > self._tops["reset"][0]:
                yield ProgErr.CEILING
            if not _windows_fit(config):
                yield ProgErr.WINDOW
        if op in WRITES and 0 in (config.max_set, config.max_reset, config.max_total):
            yield ProgErr.LIMIT
        if op == ProgOp.CYCLE and config.test_cycles == 0:
            yield ProgErr.LIMIT
        if op == ProgOp.FORM:
            if config.max_form == 0:
                yield ProgErr.LIMIT
            if config.form_ref in (0, REF_HIGHEST):
                yield ProgErr.WINDOW
        if not start.allow:
            yield ProgErr.BUSY
        if not start.supply_ok:
            yield ProgErr.SUPPLY
        if (op in PULSES and not start.unlocked) or (op in READS and start.read_locked):
            yield ProgErr.LOCKED

    def _unknown(self, config: ProgConfig, op: int) -> bool:
        if op == ProgOp.MARCH:
            return config.bist_pattern not in set(BistPattern)
        if op == ProgOp.TEST_PULSE:
            return config.test_kind not in set(PulseKind)
        return op not in KNOWN

    def _exists(self, address: Address) -> bool:
        if address.layer >= len(self._chip.geometry):
            return False
        geometry = self._chip.geometry[address.layer]
        return address.group < geometry.groups and address.row < geometry.rows

    def _tables(self, config: ProgConfig, op: int) -> list[str]:
        """The ramp tables that an operation may come to use."""
        forms = op == ProgOp.FORM or (
            op == ProgOp.TEST_PULSE and config.test_kind == PulseKind.FORM
        )
        return ["set", "reset", *(["form"] if forms else [])] if op in PULSES else []


def _ramps(table: RampTable) -> tuple[Ramp, Ramp, Ramp]:
    return table.wl, table.line, table.width


def _sound(table: RampTable) -> bool:
    rising = all(ramp.step > 0 and ramp.start <= ramp.stop for ramp in _ramps(table))
    return rising and table.width.start > 0 and table.nesting < len(NESTINGS)


def _windows_fit(config: ProgConfig) -> bool:
    """No verify window is empty, each lies in its read window, and these rise without overlap."""
    pairs = zip(config.verify, config.read, strict=True)
    inside = all(read.lo <= verify.lo < verify.hi <= read.hi for verify, read in pairs)
    return inside and all(low.hi <= high.lo for low, high in pairwise(config.read))
