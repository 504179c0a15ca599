"""What a sweep says: a line per die, a table over the grid points, the summary."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from scripts.sweeping.definition import Definition, Task
from scripts.sweeping.statistics import PointSummary
from scripts.sweeping.task import Result

BARS = (
    "accuracy: mean over the dies +- its standard error; images: Wilson interval at 95 % over the "
    "images,\nwhich all dies share. wrong, partial: mean number of cells read as the other state, "
    "and whose gate\nis only partly on."
)


def where(definition: Definition, task: Task) -> str:
    """A task in words."""
    parts = [f"{a.name} {v:g}" for a, v in zip(definition.axes, task.at, strict=True)]
    return ", ".join([*parts, f"die {task.die}"])


def progress(definition: Definition, result: Result, number: int, left_s: float) -> str:
    """The line of a die that is done."""
    return (
        f"{number}/{len(definition.tasks)} {where(definition, result.task)}: "
        f"{100 * result.correct / definition.images:.2f} %, {result.wrong} cells wrong, "
        f"about {left_s:.0f} s left"
    )


def table(definition: Definition, points: Sequence[PointSummary]) -> str:
    """All grid points, at most 100 columns wide."""
    names = "".join(f"{axis.name:>15}" for axis in definition.axes)
    header = (
        f"{names}{'dies':>6}{'accuracy %':>18}{'images %':>17}{'worst %':>9}{'wrong':>10}"
        f"{'partial':>10}"
    )
    return "\n".join([header, *(_row(point) for point in points), BARS])


def _row(point: PointSummary) -> str:
    values = "".join(f"{value:>15.6g}" for value in point.at)
    error = "" if point.die_error is None else f" +- {100 * point.die_error:.2f}"
    mean = f"{100 * point.accuracy:.2f}{error}"
    images = f"{100 * point.low:.1f}..{100 * point.high:.1f}"
    return (
        f"{values}{point.dies:>6}{mean:>18}{images:>17}{100 * point.worst:>9.2f}"
        f"{point.wrong:>10.1f}{point.partial:>10.1f}"
    )


def write_summary(
    path: Path,
    definition: Definition,
    points: Sequence[PointSummary],
    failed: Mapping[Task, str],
) -> bool:
    """Write `summary.json` whole or not at all; whether every die is done."""
    missing = len(definition.tasks) - sum(point.dies for point in points)
    content = {
        "passed": missing == 0,
        "digest": definition.digest,
        "definition": definition.to_dict(),
        "dies_missing": missing,
        "failed": {where(definition, task): failed[task] for task in sorted(failed)},
        "points": [asdict(point) for point in points],
    }
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n")
    partial.replace(path)
    return missing == 0
