"""The points of a ramp table, as three nested loops write them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from chips.sections import NESTINGS


@dataclass(frozen=True)
class Ramp:
    """One variable: from `start` by `step`, never above `stop`."""

    start: int
    stop: int
    step: int

    @property
    def values(self) -> range:
        """Its values in order."""
        return range(self.start, self.stop + 1, self.step)


@dataclass(frozen=True)
class RampTable:
    """Word line and bit or source line in DAC codes, width in clocks; `nesting` as in the chip."""

    wl: Ramp
    line: Ramp
    width: Ramp
    nesting: int = 0

    def points(self) -> Sequence[tuple[int, int, int]]:
        """Every (word line, line, width), the innermost loop first."""
        return [self.point(pulse) for pulse in range(self._count)]

    def point(self, pulse: int) -> tuple[int, int, int]:
        """Point of pulse number `pulse`; after the last point the ramp holds."""
        number = min(pulse, self._count - 1)
        point = {}
        for name, ramp in self._loops[::-1]:
            number, index = divmod(number, len(ramp.values))
            point[name] = ramp.values[index]
        return point["wl"], point["line"], point["width"]

    @property
    def _loops(self) -> list[tuple[str, Ramp]]:
        """Its loops from the outermost to the innermost."""
        ramps = {"wl": self.wl, "line": self.line, "width": self.width}
        return [(name, ramps[name]) for name in NESTINGS[self.nesting].split(",")]

    @property
    def _count(self) -> int:
        return prod(len(ramp.values) for _, ramp in self._loops)
