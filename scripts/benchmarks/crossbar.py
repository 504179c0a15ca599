"""Speed of the crossbar's solvers beside the exact one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pymodel.crossbar import Floats, Wires, make_crossbar, transfer_s
from pymodel.crossbar_exact import solve_exact
from pymodel.crossbar_fast import solve_fast

SIZE, FEW, MANY = 128, 200, 10_000
LOG_CELL_S = (np.log(1e-6), np.log(1e-4))
WIRES = Wires(row_ohm=1.0, column_ohm=1.0)

Seconds = Callable[[Callable[[], object]], float]


def measure_crossbar(seconds: Seconds, seed: int) -> list[dict[str, object]]:
    """Two rows: new cells for every vector, and many vectors for the same cells."""
    rng = np.random.default_rng(seed)
    cell_s = np.exp(rng.uniform(*LOG_CELL_S, (SIZE, SIZE)))
    vectors = rng.uniform(-1, 1, (MANY, SIZE))
    return [_new_cells(seconds, cell_s, vectors[:1]), _same_cells(seconds, cell_s, vectors)]


def _new_cells(seconds: Seconds, cell_s: Floats, vector: Floats) -> dict[str, object]:
    """Line by line, the array made anew each time."""
    fast, exact = (
        1 / seconds(lambda solve=solve: solve(make_crossbar(cell_s, WIRES), vector))  # type: ignore[misc]
        for solve in (solve_fast, solve_exact)
    )
    return _row(f"crossbar {SIZE} x {SIZE}", "arrays/s", fast, exact)


def _same_cells(seconds: Seconds, cell_s: Floats, vectors: Floats) -> dict[str, object]:
    """Products with what the terminals show, which is found first."""
    array = make_crossbar(cell_s, WIRES)
    fast = MANY / seconds(lambda: vectors @ transfer_s(array, solve_exact))
    exact = FEW / seconds(lambda: solve_exact(array, vectors[:FEW]))
    return _row(f"crossbar, {MANY:,} vectors", "vectors/s", fast, exact)


def _row(name: str, unit: str, fast: float, exact: float) -> dict[str, object]:
    ratio = fast / exact
    return {
        "name": name,
        "value": fast,
        "unit": unit,
        "baseline": exact,
        "ratio": ratio,
        "against": "the exact solution",
    }
