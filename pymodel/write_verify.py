"""The write-verify rules of the chip on one word of the macro, for fits and tests without RTL.

The rules are those of `rtl/cnr_verify.sv`: read first, pulse only the cells that are out of their
window, accept a cell after two reads in a row in it, keep the polarity while a cell needs it, SET
first, restart the ramp on a reversal, and limit pulses and reversals. FORM does the same with one
reference, then RESETs the cells that it has formed under what its limits have left. The delayed
verify is not here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product, repeat

from chips.description import Chip
from chips.sections import Ramp
from pymodel.device import Device, Level
from pymodel.macro import Drive, Macro, Sense
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.sense import BASE_OHM, CODES, CODES_PER_OCTAVE

BLED_S = 1e-6
ROUNDING = 1e-9  # codes; a resistance that is exactly a code stays that code
PULSES = ("form", "set", "reset")

Judge = Callable[[int], tuple[int, int]]


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
        top = [len(self.device.levels) - 1] * self.chip.word_cells
        operation = _Operation(self)
        formed = operation.settle(self.mask, self._unformed, "form")
        operation.settle(formed, partial(self.judge, top))
        return operation.failed

    def write(self, targets: Sequence[int]) -> int:
        """Bring the cells to their levels; the cells that failed."""
        operation = _Operation(self)
        operation.settle(self.mask, partial(self.judge, targets))
        return operation.failed

    def verify(self, targets: Sequence[int]) -> int:
        """The cells that read out of their windows."""
        low, high = self.judge(targets, self.mask)
        return low | high

    def _unformed(self, cells: int) -> tuple[int, int]:
        return 0, self.above(cells, math.ceil(_code(self.device.form_pass_ohm) - ROUNDING))

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


class _Operation:
    """One operation on a word: its limits hold for all its parts together.

    Attributes
    ----------
    failed : cells that have failed so far
    """

    def __init__(self, word: Word) -> None:
        limits = word.chip.programming
        self.failed = 0
        self._word = word
        self._left = {name: getattr(limits, f"max_pulses_{name}") for name in PULSES}
        self._ramps: dict[str, Ramp] = {name: getattr(limits, name) for name in PULSES}
        self._total, self._reversals = limits.max_pulses_total, limits.max_reversals

    def settle(self, cells: int, judge: Judge, up: str = "set") -> int:
        """Read, pulse and read again until every cell is accepted or failed.

        Parameters
        ----------
        cells
            Cells of this part.
        judge
            Which of some cells read below, and which above their window.
        up
            Kind of the pulses for those above: "form" or "set".

        Returns
        -------
        int
            Cells that were pulsed and are accepted.
        """
        self._kind, self._up, self._open = "", up, cells
        once = pulsed = 0
        while self._open:
            low, high = judge(self._open)
            out = low | high
            self._open &= ~(once & ~out)
            once = self._open & ~out
            pulsed |= self._pulse_or_fail(low & self._open, high & self._open)
        return pulsed & ~self.failed

    def _pulse_or_fail(self, low: int, high: int) -> int:
        """One pulse, whose cells are returned; those that its limits forbid have failed."""
        while low or high:
            want = "reset" if low and (self._kind == "reset" or not high) else self._up
            cells = low if want == "reset" else high
            turn = self._kind not in ("", want)
            if self._left[want] and self._total and (self._reversals or not turn):
                self._reversals -= turn
                self._pulse(want, cells)
                return cells
            self.failed |= cells
            self._open &= ~cells
            low, high = low & ~cells, high & ~cells
        return 0

    def _pulse(self, kind: str, cells: int) -> None:
        if kind != self._kind:
            self._kind, self._points = kind, ramp_points(self._ramps[kind])
        self._left[kind] -= 1
        self._total -= 1
        self._word.pulse(kind, cells, next(self._points))
