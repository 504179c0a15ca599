"""What a report of the accuracy is made of: all that its runs depend on."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar

from scripts.command_line import require_positive
from scripts.run_definition import RunDefinition


class Series(enum.StrEnum):
    """What runs of one kind have in common.

    golden: plain algebra on the codes, no model. clean: the model without any effect. noise: die 0
    with every effect, other noise each time. dies: another die with every effect each time.
    static: the same dies, without what changes from image to image.
    """

    GOLDEN = "golden"
    CLEAN = "clean"
    NOISE = "noise"
    DIES = "dies"
    STATIC = "static"


@dataclass(frozen=True, order=True)
class Task:
    """A run: number of the noise for `noise`, of the die for `dies` and `static`, from 1 on."""

    series: Series
    number: int


@dataclass(frozen=True, kw_only=True)
class Definition(RunDefinition):
    """A report; runs: draws of noise, and dies."""

    SOURCES: ClassVar = (
        "chips",
        "pymodel",
        "tb/reference",
        "scripts/accuracy_report/task.py",
        "requirements.txt",
    )

    runs: int

    @property
    def tasks(self) -> list[Task]:
        """All runs."""
        many = (Series.NOISE, Series.DIES, Series.STATIC)
        return [
            Task(Series.GOLDEN, 1),
            Task(Series.CLEAN, 1),
            *(Task(series, number + 1) for series in many for number in range(self.runs)),
        ]

    def require_size(self) -> None:
        """Refuse a number of runs that is not above 0."""
        require_positive("RUNS", self.runs)
