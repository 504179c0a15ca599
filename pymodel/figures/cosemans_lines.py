"""Limits of the summation line in Cosemans et al., IEDM 2019, Fig. 5 and 6.

The paper prints curves for its example, 1024 cells of 0.1 fF and 1 ohm of wire on a line of 1 V.
The ends of Fig. 5 stand in no text of it: that they follow says that the formula is kept to, no
more. The crossings of Fig. 6 do. The physics is in `pymodel.pulse_width`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pymodel.figures.cosemans2019 import SOURCE
from pymodel.figures.figure import Figure, Stretch
from pymodel.pulse_width import (
    PulseWidthArray,
    constant_current_resistance_ohm,
    current_source_discharge_s,
    current_source_line_drop_v,
    resistance_for_ohm,
    resistive_line_drop,
)

ARRAY = PulseWidthArray()  # the paper's example
ACTIVE, WINDOW_S = 0.25, 1e-9
LADDERS = {1e6: "36.4", 5e6: "9.65", 10e6: "5.03"}
ALL_ON = "all cells on; drawn, not printed"

figure = partial(Figure, SOURCE)


def figures() -> Iterator[Figure]:
    """Figures 5 and 6."""
    yield from fig5()
    yield from fig6()


def fig5() -> Iterator[Figure]:
    """Drop of the wire at the far end of the line."""
    drop_mv = float(current_source_line_drop_v(ARRAY, 1e-6)[-1]) * 1e3
    formula = "f I r N (N + 1) / 2, f = 1"
    yield figure("Fig. 5", "drop, sources of 1 uA", "525", "mV", drop_mv, formula, ALL_ON)
    formula = "1 - cosh(a/2) / cosh((N + 1/2) a), 2 sinh(a/2) = sqrt(r/R)"
    for cell_ohm, printed in LADDERS.items():
        drop = 100 * float(resistive_line_drop(ARRAY, cell_ohm)[-1])
        name = f"drop, cells of {cell_ohm / 1e6:g} Mohm"
        yield figure("Fig. 5", name, printed, "%", drop, formula, ALL_ON)


def fig6() -> Iterator[Figure]:
    """What discharges half of the line in a nanosecond with a quarter of the cells active."""
    time_ns = current_source_discharge_s(ARRAY, 0.2e-6, ACTIVE) * 1e9
    formula = "C 500 mV / (25 % x 0.2 uA), C = 0.1 fF"
    yield figure("Fig. 6", "discharge by 0.2 uA", "1", "ns", time_ns, formula)
    exact = resistance_for_ohm(ARRAY, WINDOW_S, ACTIVE) / 1e6
    constant = constant_current_resistance_ohm(ARRAY, WINDOW_S, ACTIVE) / 1e6
    stretch = Stretch(constant, "1 V / 0.2 uA: as if the current stayed")
    formula = "1 ns x 25 % / (0.1 fF ln 2)"
    yield figure("Fig. 6", "resistance for 1 ns", "5", "Mohm", exact, formula, stretch=stretch)
