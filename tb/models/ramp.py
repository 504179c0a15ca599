"""The points of a ramp table, as three nested loops write them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

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
        loops = NESTINGS[self.nesting].split(",")
        ramps = {"wl": self.wl, "line": self.line, "width": self.width}
        rows = product(*(ramps[name].values for name in loops))
        places = [loops.index(name) for name in ("wl", "line", "width")]
        return [(row[places[0]], row[places[1]], row[places[2]]) for row in rows]

    def point(self, pulse: int) -> tuple[int, int, int]:
        """Point of pulse number `pulse`; after the last point the ramp holds."""
        points = self.points()
        return points[min(pulse, len(points) - 1)]
