"""Limits of the summation line in Cosemans et al., IEDM 2019, Fig. 5 and 6.

The paper prints curves; the numbers are their ends and crossings for 1024 cells, 1 ohm of wire per
cell, 0.1 fF per cell and a line at 1 V.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from chips.errors import InputError
from pymodel.figures.cosemans2019 import LINE_F, SOURCE
from pymodel.figures.figure import Figure, Stretch

CELLS, WIRE_OHM = 1024, 1.0
LINE_V, ACTIVE_PART, WINDOW_S = 1.0, 0.25, 1e-9
LADDERS = {1e6: "36.4", 5e6: "9.65", 10e6: "5.03"}

figure = partial(Figure, SOURCE)


def source_drop_v(cell_a: float, cells: int, wire_ohm: float) -> float:
    """Drop at the far end of a line of current sources, in volts: I r N (N + 1) / 2.

    The segment nearest to the clamp carries N cell currents, the last one.

    Raises
    ------
    InputError
        A number that is not positive.
    """
    _require_positive(cell_a=cell_a, cells=cells, wire_ohm=wire_ohm)
    return cell_a * wire_ohm * cells * (cells + 1) / 2


def ladder_drop(cell_ohm: float, cells: int, wire_ohm: float) -> float:
    """Relative drop at the far end of a line of resistors to ground, 0..1, exact.

    The node equations V[n-1] - (2 + r/R) V[n] + V[n+1] = 0 with an open end have the solution
    V[n] ~ cosh((N - n + 1/2) a) with 2 sinh(a / 2) = sqrt(r / R).

    Raises
    ------
    InputError
        A number that is not positive.
    """
    _require_positive(cell_ohm=cell_ohm, cells=cells, wire_ohm=wire_ohm)
    step = 2 * math.asinh(math.sqrt(wire_ohm / cell_ohm) / 2)
    return 1 - math.cosh(step / 2) / math.cosh((cells + 0.5) * step)


def window_current_a(cell_f: float, active: float, swing_v: float, window_s: float) -> float:
    """Cell current that swings a line in a time: C V / (t f), with the part f of cells active."""
    _require_positive(cell_f=cell_f, active=active, swing_v=swing_v, window_s=window_s)
    return cell_f * swing_v / (window_s * active)


def window_resistance_ohm(cell_f: float, active: float, window_s: float) -> float:
    """Cell resistance that halves the voltage of a line in a time: t f / (C ln 2)."""
    _require_positive(cell_f=cell_f, active=active, window_s=window_s)
    return window_s * active / (cell_f * math.log(2))


def figures() -> Iterator[Figure]:
    """Figures 5 and 6."""
    drop_mv = source_drop_v(1e-6, CELLS, WIRE_OHM) * 1e3
    formula, all_on = "I r N (N + 1) / 2, 1 ohm per cell", "end of the curve, all cells active"
    yield figure("Fig. 5", "drop, sources of 1 uA", "525", "mV", drop_mv, formula, all_on)
    formula = "1 - cosh(a/2) / cosh((N + 1/2) a), 2 sinh(a/2) = sqrt(r/R)"
    for cell_ohm, printed in LADDERS.items():
        drop = 100 * ladder_drop(cell_ohm, CELLS, WIRE_OHM)
        name = f"drop, cells of {cell_ohm / 1e6:g} Mohm"
        yield figure("Fig. 5", name, printed, "%", drop, formula, all_on)
    current_a = window_current_a(LINE_F, ACTIVE_PART, LINE_V / 2, WINDOW_S)
    formula = "0.1 fF x 500 mV / (1 ns x 25 %)"
    yield figure("Fig. 6", "current for 1 ns", "0.2", "uA", current_a * 1e6, formula)
    exact = window_resistance_ohm(LINE_F, ACTIVE_PART, WINDOW_S) / 1e6
    constant = Stretch(LINE_V / current_a / 1e6, "1 V / 0.2 uA: as if the current stayed")
    formula = "1 ns x 25 % / (0.1 fF ln 2)"
    yield figure("Fig. 6", "resistance for 1 ns", "5", "Mohm", exact, formula, stretch=constant)


def _require_positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InputError(f"summation line: {name} {value:g}, must be above 0")
