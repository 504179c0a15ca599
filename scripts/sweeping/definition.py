"""What a sweep is: all that its results depend on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import product
from typing import ClassVar

from chips.errors import InputError
from pymodel.die import Point
from scripts.run_definition import RunDefinition
from scripts.sweeping.axis import Axis, moved

MOST = 100_000  # dies over all points


@dataclass(frozen=True, order=True)
class Task:
    """One die at one grid point: values of the axes, and the number of the die."""

    at: tuple[float, ...]
    die: int


@dataclass(frozen=True, kw_only=True)
class Definition(RunDefinition):
    """A sweep, each die of which classifies all images.

    noise: all imperfections or none. fixed: where the parameters stand that are no axis.
    """

    SOURCES: ClassVar = ("chips", "pymodel", "scripts/sweeping", "requirements.txt")

    dies: int
    noise: bool
    axes: tuple[Axis, ...]
    fixed: Point

    @property
    def tasks(self) -> list[Task]:
        """All dies at all grid points, those of a point together."""
        grid = product(*(axis.values for axis in self.axes))
        return [Task(at, die) for at in grid for die in range(self.dies)]

    def point(self, task: Task) -> Point:
        """Where the die of a task stands."""
        point = self.fixed
        for axis, value in zip(self.axes, task.at, strict=True):
            point = moved(axis.name, point, axis.name, value)
        return point

    @property
    def fixed_text(self) -> str:
        """Parameters that stand elsewhere than by default, in words; empty if none does."""
        values, usual = asdict(self.fixed), asdict(Point())
        return ", ".join(f"{n} {v:g}" for n, v in values.items() if v != usual[n])

    def require_size(self) -> None:
        """Refuse a number of dies that is not in 1..`MOST` over all points."""
        if not 1 <= len(self.tasks) <= MOST:
            raise InputError(
                f"DIES={self.dies}: {len(self.tasks):,} dies over all points, allowed are "
                f"1..{MOST:,}"
            )
