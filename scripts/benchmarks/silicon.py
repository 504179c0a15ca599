"""Closed loops of the chip and the cell models, beside what was published about silicon."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sim.benches import BENCHES
from sim.runner import run_bench
from tb.reference.silicon import RADAR, SKY130, Figure

# Test of the bench, the chip that it runs on, what it is compared with.
LOOPS: tuple[tuple[str, str, Mapping[str, Figure]], ...] = (
    ("yields", "mini", SKY130),
    ("dropouts", "mini", SKY130),
    ("levels", "radar", RADAR),
)


def measure_silicon(seed: int, out: Path) -> list[dict[str, object]]:
    """One row per figure: measured through the RTL, and the published range.

    Raises
    ------
    InputError
        The simulator cannot be built here.
    SimulationError
        A simulation failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for test, chip, published in LOOPS:
        result = out / f"{test}.json"
        run_bench(
            BENCHES["silicon"],
            chip=chip,
            test=test,
            seed=seed,
            extra_env={"CNR_RESULT": str(result)},
        )
        for name, (value, *_) in json.loads(result.read_text()).items():
            figure = published[name]
            rows.append({"name": name, "value": value, **figure._asdict()})
    return rows


def silicon_line(row: Mapping[str, object]) -> str:
    """One row for the terminal."""
    low, high = row["low"], row["high"]
    published = f"{low:g}" if low == high else f"{low:g}-{high:g}"
    mark = "fitted" if row["fitted"] else ""
    return f"{row['name']:<32} {row['value']:8.3f}   published {published:<13} {mark}".rstrip()
