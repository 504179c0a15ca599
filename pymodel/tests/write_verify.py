"""A plain write-verify loop on the macro, as the digital side would drive it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chips.description import Chip
from chips.sections import Ramp
from pymodel.device import Device
from pymodel.macro import Drive, Macro, Sense
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.sense import reference_code

BLED_S = 1e-6


def ramp_points(ramp: Ramp) -> Iterator[tuple[int, int, int]]:
    """Points (word line mV, line mV, width ns) of a ramp whose nesting is width, line, wl."""
    for width in range(ramp.width_start_ns, ramp.width_stop_ns + 1, ramp.width_step_ns):
        for line in range(ramp.line_start_mv, ramp.line_stop_mv + 1, ramp.line_step_mv):
            for wl in range(ramp.wl_start_mv, ramp.wl_stop_mv + 1, ramp.wl_step_mv):
                yield wl, line, width


@dataclass
class Word:
    """One word under programming, with the pulses it took."""

    chip: Chip
    device: Device
    macro: Macro
    place: tuple[int, int, int]  # layer, group, row
    mask: int  # cells that exist
    pulses: dict[str, int] = field(default_factory=lambda: {"form": 0, "set": 0, "reset": 0})

    def above(self, resistance_ohm: float) -> int:
        """Cells that read above a resistance."""
        wl = self.chip.programming.wl_sense_mv // self.chip.programming.dac_step_mv
        code = reference_code(resistance_ohm)
        return self.macro.sense(Sense(*self.place, self.mask, True, wl, code, BLED_S)) & self.mask

    def twice_above(self, resistance_ohm: float) -> int:
        """Cells that read above a resistance in two reads in a row."""
        return self.above(resistance_ohm) & self.above(resistance_ohm)

    def twice_below(self, resistance_ohm: float) -> int:
        """Cells that read below a resistance in two reads in a row."""
        return self.mask & ~self.above(resistance_ohm) & ~self.above(resistance_ohm)

    def pulse(self, kind: str, cells: int, point: tuple[int, int, int]) -> None:
        """One pulse on some cells."""
        step = self.chip.programming.dac_step_mv
        wl, line, width_s = point[0] // step, point[1] // step, point[2] * 1e-9
        reset = kind == "reset"
        self.macro.drive(
            Drive(
                *self.place,
                bl_en=0 if reset else cells,
                sl_en=cells if reset else 0,
                wl_en=True,
                wl_dac=wl,
                bl_dac=0 if reset else line,
                sl_dac=line if reset else 0,
                polarity=RESET_DIRECTION if reset else SET_DIRECTION,
                duration_s=width_s,
            )
        )
        self.pulses[kind] += 1

    def form(self) -> int:
        """FORM until all cells read formed; the cells that do not."""
        left = self.above(self.device.form_pass_ohm)
        for point in ramp_points(self.chip.programming.form):
            if not left:
                break
            self.pulse("form", left, point)
            left = self.above(self.device.form_pass_ohm)
        return left

    def reset(self, cells: int) -> int:
        """RESET until the cells verify as HRS; the cells that do not."""
        level_ohm = self.device.levels[1].verify_lo_ohm or 0.0
        left = cells & ~self.twice_above(level_ohm)
        for point in ramp_points(self.chip.programming.reset):
            if not left:
                break
            self.pulse("reset", left, point)
            left &= ~self.twice_above(level_ohm)
        return left

    def set(self, cells: int) -> int:
        """SET until the cells verify as LRS; the cells that do not."""
        level_ohm = self.device.levels[0].verify_hi_ohm or 0.0
        left = cells & ~self.twice_below(level_ohm)
        for _ in range(self.chip.programming.max_pulses_set):
            if not left:
                break
            self.pulse("set", left, next(ramp_points(self.chip.programming.set)))
            left &= ~self.twice_below(level_ohm)
        return left

    def program(self, high: int) -> int:
        """FORM, RESET, then SET the cells that are to be LRS; the cells that failed."""
        return self.form() | self.reset(self.mask) | self.set(self.mask & ~high)
