"""The write-verify rules of the chip on one word of the macro, for fits and tests without RTL.

The rules are those of `rtl/cnr_verify.sv`: read first, pulse only the cells that are out of their
window, accept a cell after two reads in a row in it, keep the polarity while a cell needs it, SET
first, restart the ramp on a reversal, and limit pulses and reversals.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product, repeat

from chips.description import Chip
from chips.sections import Ramp
from pymodel.device import Device, Level
from pymodel.macro import Drive, Macro, Sense
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.sense import BASE_OHM, CODES, CODES_PER_OCTAVE

BLED_S = 1e-6
ROUNDING = 1e-9  # codes; a resistance that is exactly a code stays that code


def ramp_points(ramp: Ramp) -> Iterator[dict[str, int]]:
    """Points of a ramp, the last one for ever: word line and line in mV, width in ns."""
    loops = ramp.nesting.split(",")
    for values in product(*(_values(ramp, name) for name in loops)):
        point = dict(zip(loops, values, strict=True))
        yield point
    yield from repeat(point)


def _values(ramp: Ramp, name: str) -> range:
    unit = "ns" if name == "width" else "mv"
    start, stop, step = (getattr(ramp, f"{name}_{end}_{unit}") for end in ("start", "stop", "step"))
    return range(start, stop + 1, step)


def window_codes(level: Level) -> tuple[int, int]:
    """Reference codes of a verify window, rounded inwards; 0 and the last code are open ends."""
    lo, hi = level.verify_lo_ohm, level.verify_hi_ohm
    lo_code = math.ceil(_code(lo) - ROUNDING) if lo else 0
    return lo_code, math.floor(_code(hi) + ROUNDING) if hi else CODES - 1


def _code(resistance_ohm: float) -> float:
    return CODES_PER_OCTAVE * math.log2(resistance_ohm / BASE_OHM)


@dataclass
class Word:
    """One word under programming.

    Parameters
    ----------
    place : layer, group, row
    mask : cells that exist
    now_s : time of the first event

    Attributes
    ----------
    pulses : how many of each kind it has taken
    """

    chip: Chip
    device: Device
    macro: Macro
    place: tuple[int, int, int]
    mask: int
    now_s: float = 0.0
    pulses: Counter[str] = field(default_factory=Counter)

    def above(self, cells: int, code: int) -> int:
        """Cells that read above a reference."""
        wl = self.chip.programming.wl_sense_mv // self.chip.programming.dac_step_mv
        self.now_s += BLED_S
        pins = Sense(*self.place, cells, True, wl, code, BLED_S, self.now_s)
        return self.macro.sense(pins) & cells

    def pulse(self, kind: str, cells: int, point: dict[str, int]) -> None:
        """One pulse on some cells."""
        step, reset = self.chip.programming.dac_step_mv, kind == "reset"
        line, width_s = point["line"] // step, point["width"] * 1e-9
        self.now_s += width_s
        self.macro.drive(
            Drive(
                *self.place,
                bl_en=0 if reset else cells,
                sl_en=cells if reset else 0,
                wl_en=True,
                wl_dac=point["wl"] // step,
                bl_dac=0 if reset else line,
                sl_dac=line if reset else 0,
                polarity=RESET_DIRECTION if reset else SET_DIRECTION,
                duration_s=width_s,
                now_s=self.now_s,
            )
        )
        self.pulses[kind] += 1

    def form(self) -> int:
        """FORM the cells that do not read formed, then RESET those; the cells that failed."""
        code = math.ceil(_code(self.device.form_pass_ohm) - ROUNDING)
        points = ramp_points(self.chip.programming.form)
        virgin = left = self.above(self.mask, code)
        for _ in range(self.chip.programming.max_pulses_form):
            if not left:
                break
            self.pulse("form", left, next(points))
            left = self.above(left, code)
        top = len(self.device.levels) - 1
        return left | self.write([top] * self.chip.word_cells, virgin & ~left)

    def write(self, targets: Sequence[int], cells: int | None = None) -> int:
        """Bring cells, by default all, to their levels; the cells that failed."""
        return _Settling(self, targets, self.mask if cells is None else cells).run()

    def verify(self, targets: Sequence[int]) -> int:
        """The cells that read out of their windows."""
        low, high = self.judge(targets, self.mask)
        return low | high

    def judge(self, targets: Sequence[int], cells: int) -> tuple[int, int]:
        """Of some cells, those below and those above their windows."""
        low = high = 0
        for number, level in enumerate(self.device.levels):
            lo, hi = window_codes(level)
            members = cells & sum(1 << c for c, target in enumerate(targets) if target == number)
            below = members & ~self.above(members, lo) if lo and members else 0
            rest = members & ~below
            low |= below
            high |= self.above(rest, hi) if hi < CODES - 1 and rest else 0
        return low, high


class _Settling:
    """Cells of a word on their way into their windows."""

    def __init__(self, word: Word, targets: Sequence[int], cells: int) -> None:
        limits = word.chip.programming
        self._word, self._targets, self._open = word, targets, cells
        self._left = {"set": limits.max_pulses_set, "reset": limits.max_pulses_reset}
        self._total, self._reversals = limits.max_pulses_total, limits.max_reversals
        self._ramps = {"set": limits.set, "reset": limits.reset}
        self._kind, self._failed = "", 0

    def run(self) -> int:
        """Read, pulse and read again until every cell is accepted or failed; the failed ones."""
        once = 0
        while self._open:
            low, high = self._word.judge(self._targets, self._open)
            out = low | high
            self._open &= ~(once & ~out)
            once = self._open & ~out
            self._pulse_or_fail(low & self._open, high & self._open)
        return self._failed

    def _pulse_or_fail(self, low: int, high: int) -> None:
        """One pulse, unless its limits are spent: then the cells that need it have failed."""
        while low or high:
            want = "reset" if low and (self._kind == "reset" or not high) else "set"
            cells = low if want == "reset" else high
            turn = self._kind not in ("", want)
            if self._left[want] and self._total and (self._reversals or not turn):
                self._reversals -= turn
                self._pulse(want, cells)
                return
            self._failed |= cells
            self._open &= ~cells
            low, high = low & ~cells, high & ~cells

    def _pulse(self, kind: str, cells: int) -> None:
        if kind != self._kind:
            self._kind, self._points = kind, ramp_points(self._ramps[kind])
        self._left[kind] -= 1
        self._total -= 1
        self._word.pulse(kind, cells, next(self._points))
