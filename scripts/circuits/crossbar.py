"""Resistive crossbars: every resistor in the netlist, every clamp current beside the model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from chips import Chip
from pymodel.crossbar import Wires, make_crossbar
from pymodel.crossbar_exact import solve_exact
from pymodel.crossbar_fast import solve_fast
from scripts.circuits.comparison import Comparison, compared
from scripts.circuits.simulator import Floats, Netlist, simulate

LIMIT = 1e-6
SIZES = (8, 32)
WIRES = Wires(row_ohm=2.0, column_ohm=1.0, source_ohm=50.0, sense_ohm=20.0)
LRS_OHM, HRS_OHM = 800.0, 100e3  # cells are drawn between them


def compare_crossbar(chip: Chip, folder: Path) -> list[Comparison]:
    """Clamp currents of both solvers, relative to the largest."""
    return [row for size in SIZES for row in _compare(chip, size, folder)]


def _compare(chip: Chip, size: int, folder: Path) -> list[Comparison]:
    rng = np.random.default_rng(size)
    cell_s = np.exp(-rng.uniform(math.log(LRS_OHM), math.log(HRS_OHM), (size, size)))
    input_v = rng.uniform(-1, 1, size) * chip.mac.v_fs_v
    array = make_crossbar(cell_s, WIRES)
    simulated = _simulated_a(cell_s, input_v, folder)
    largest_a = float(np.abs(simulated).max())
    solvers = {"exact": solve_exact, "fast": solve_fast}
    return [
        compared(
            f"crossbar {size} x {size}",
            f"clamp currents, {name}",
            solve(array, input_v).current_a,
            simulated,
            largest_a,
            LIMIT,
        )
        for name, solve in solvers.items()
    ]


def _simulated_a(cell_s: Floats, input_v: Floats, folder: Path) -> Floats:
    columns = range(cell_s.shape[1])
    waves = simulate(netlist(cell_s, input_v), folder)
    return np.array([waves.probes[f"i(vclamp{j})"][0] for j in columns])


def netlist(cell_s: Floats, input_v: Floats) -> Netlist:
    """Drivers at the left of the rows r, clamps below the columns c; wires as in `WIRES`."""
    rows, columns = cell_s.shape
    lines = [line for i, volts in enumerate(input_v) for line in _row(i, columns, float(volts))]
    lines += [line for j in range(columns) for line in _column(j, rows)]
    lines += [f"Rcell{i}_{j} r{i}_{j} c{i}_{j} {1 / s}" for (i, j), s in np.ndenumerate(cell_s)]
    probes = tuple(f"i(vclamp{j})" for j in range(columns))
    return Netlist(f"crossbar_{rows}", tuple(lines), "op", probes)


def _row(i: int, columns: int, volts: float) -> list[str]:
    """Driver, source resistance, and a segment to the left of each cell."""
    before = [f"start{i}", *(f"r{i}_{j}" for j in range(columns - 1))]
    segments = [f"Rrow{i}_{j} {before[j]} r{i}_{j} {WIRES.row_ohm}" for j in range(columns)]
    driver = f"Vrow{i} driver{i} 0 {volts}"
    return [driver, f"Rsource{i} driver{i} start{i} {WIRES.source_ohm}", *segments]


def _column(j: int, rows: int) -> list[str]:
    """A segment below each cell, sense resistance, and clamp."""
    after = [*(f"c{i}_{j}" for i in range(1, rows)), f"end{j}"]
    segments = [f"Rcolumn{i}_{j} c{i}_{j} {after[i]} {WIRES.column_ohm}" for i in range(rows)]
    return [*segments, f"Rsense{j} end{j} clamp{j} {WIRES.sense_ohm}", f"Vclamp{j} clamp{j} 0 0"]
