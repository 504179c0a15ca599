"""Counts the bins of the plan in one run, and writes them where the runner asks for them."""

from __future__ import annotations

import atexit
import json
import os
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cocotb_coverage.coverage import CoverCross, CoverPoint, coverage_db

from tb.coverage.group import Bin
from tb.coverage.plan import PLAN

FILE = "CNR_COVERAGE"  # environment variable: the file to write at the end of the run
ANY_OTHER: Counter[tuple[str, Bin]] = Counter()  # what was sampled and is not in the plan


def sample(name: str, *values: str) -> None:
    """Count one combination of values of a group."""
    if values in PLAN[name].bins:
        _sampler(name)(*values)
    else:
        ANY_OTHER[name, values] += 1


@cache
def _sampler(name: str) -> Callable[..., None]:
    """A function whose calls the coverpoints of the axes and the cross of a group sample."""
    group = PLAN[name]
    points = [
        CoverPoint(f"{name}.{axis}", xf=_value(index), bins=list(values))
        for index, (axis, values) in enumerate(group.axes.items())
    ]
    items = [f"{name}.{axis}" for axis in group.axes]
    cross = CoverCross(f"{name}.cross", items=items, ign_bins=list(group.excluded))

    def sampled(*values: str) -> None:
        pass

    counted: Callable[..., None] = cross(sampled)
    for point in points:
        counted = point(counted)
    return counted


def _value(index: int) -> Callable[..., str]:
    return lambda *values: values[index]


def hits() -> dict[str, dict[str, int]]:
    """Hits of the bins of each group that has any; the values of a bin are joined by `|`."""
    found: dict[str, dict[str, int]] = {}
    for name in PLAN:
        if f"{name}.cross" in coverage_db:
            counts = coverage_db[f"{name}.cross"].detailed_coverage
            found[name] = {"|".join(bin): count for bin, count in counts.items() if count}
    for (name, values), count in ANY_OTHER.items():
        found.setdefault(name, {})["|".join(values)] = count
    return found


def write_at_the_end() -> None:
    """Write the hits when the simulator ends."""
    file = Path(os.environ[FILE])
    atexit.register(lambda: file.write_text(json.dumps(hits(), indent=1)))
