"""Summation lines of the pulse-width array: the drop along the wire, and the discharge."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from chips import Chip
from pymodel.pulse_width import (
    Codes,
    PulseWidthArray,
    current_source_line_drop_v,
    current_source_v,
    pulse_s,
    resistive_line_drop,
    resistive_v,
)
from scripts.circuits.comparison import Comparison, compared
from scripts.circuits.simulator import Floats, Netlist, control, simulate

LIMIT, FLOOR, DROP_LIMIT = 0.01, 0.01, 1e-6  # relative; of the precharge
PAPER = PulseWidthArray()
SOURCE_A, RESISTANCES_OHM = 1e-6, (1e6, 5e6, 1e7)
SETTLE_S, STEP_S = 0.5e-9, 2e-12  # the wire evens out after the last pulse


def compare_line_discharge(chip: Chip, folder: Path) -> list[Comparison]:
    """What is left on lines of 1024 cells after their pulses; the array is that of its paper.

    Activations are drawn evenly, and then the worst for the wire: the widest pulses, in the quarter
    that is farthest from the ADC.
    """
    del chip
    largest = 2**PAPER.pulse_bits - 1
    even = np.random.default_rng(1).integers(0, largest + 1, PAPER.cells)
    far = largest * (np.arange(PAPER.cells) >= 0.75 * PAPER.cells)
    return [*_discharged("even", even, folder, LIMIT), *_discharged("far", far, folder, None)]


def compare_line_drop(chip: Chip, folder: Path) -> list[Comparison]:
    """Drop along such lines that are clamped to 1 V before their first cell."""
    del chip
    waves = simulate(drop_netlist(PAPER), folder)
    dropped = 1 - np.array([waves.probes[probe][0] for probe in _drop_probes(PAPER)])
    places = _places(PAPER) - 1
    resistive = [resistive_line_drop(PAPER, ohm)[places] for ohm in RESISTANCES_OHM]
    model = [current_source_line_drop_v(PAPER, SOURCE_A)[places], *resistive]
    found = dropped.reshape(len(model), -1)
    return [
        compared("line, clamped", "drop along sources", model[0], found[0], 0, DROP_LIMIT),
        compared("line, clamped", "drop along resistors", model[1:], found[1:], 0, DROP_LIMIT),
    ]


def drop_netlist(array: PulseWidthArray) -> Netlist:
    """One line of sources, and one for each cell resistance."""
    lines = ["Vclamp clamp 0 1"]
    for line in range(1 + len(RESISTANCES_OHM)):
        lines += _wire(array, line, "clamp")
        cell = f"Icell{{k}} n{{k}} 0 {SOURCE_A}"
        if line:
            cell = f"Rcell{{k}} n{{k}} 0 {RESISTANCES_OHM[line - 1]}"
        lines += [cell.format(k=f"{line}_{k}") for k in range(1, array.cells + 1)]
    return Netlist("line_drop", tuple(lines), "op", _drop_probes(array))


def _places(array: PulseWidthArray) -> Codes:
    return np.array([1, array.cells // 4, array.cells // 2, array.cells])


def _drop_probes(array: PulseWidthArray) -> tuple[str, ...]:
    lines = range(1 + len(RESISTANCES_OHM))
    return tuple(f"v(n{line}_{k})" for line in lines for k in _places(array))


def _wire(array: PulseWidthArray, line: int, start: str) -> list[str]:
    """Nodes n<line>_1 to n<line>_N, a segment before each."""
    before = [start, *(f"n{line}_{k}" for k in range(1, array.cells))]
    return [
        f"Rwire{line}_{k + 1} {node} n{line}_{k + 1} {array.wire_ohm}"
        for k, node in enumerate(before)
    ]


def _discharged(name: str, codes: Codes, folder: Path, limit: float | None) -> list[Comparison]:
    """What is left on the lines at the ADC: of sources in and below saturation, of resistors."""
    rng = np.random.default_rng(2)
    currents_a = rng.uniform(0.5, 1, (PAPER.cells, 2)) * [0.06e-6, 0.3e-6]
    cell_s = 1 / rng.uniform(5e6, 20e6, (PAPER.cells, 1))
    waves = simulate(discharge_netlist(f"line_{name}", PAPER, codes, currents_a, cell_s), folder)
    sources_v = current_source_v(PAPER, currents_a, codes)
    model = np.append(sources_v, resistive_v(PAPER, cell_s, codes))
    found = [waves.probes[f"v(adc{line})"][-1] for line in range(3)]
    cells = ("sources", "sources below saturation", "resistors")
    return [
        compared(f"line, {name} pulses", f"left by {cell}", model[k], found[k], FLOOR, limit)
        for k, cell in enumerate(cells)
    ]


def discharge_netlist(
    name: str, array: PulseWidthArray, codes: Codes, currents_a: Floats, cell_s: Floats
) -> Netlist:
    """Two lines of sources and one of switched resistors, precharged, with the same pulses."""
    widths_s = pulse_s(array, np.arange(2**array.pulse_bits))
    lines = [control(f"pulse{code}", 0, width) for code, width in enumerate(widths_s) if code]
    for line in range(3):
        lines += [*_wire(array, line, f"adc{line}"), *_capacitors(array, line)]
    for k, code in enumerate(codes):
        if code:
            for line in range(2):
                lines.append(_source(array, f"{line}_{k + 1}", f"pulse{code}", currents_a[k, line]))
            lines.append(f"Xcell2_{k + 1} n2_{k + 1} 0 pulse{code} switch ron={1 / cell_s[k, 0]}")
    end_s = float(widths_s[-1]) + SETTLE_S
    analysis = f"tran {STEP_S} {end_s} 0 {STEP_S} uic"
    return Netlist(name, tuple(lines), analysis, ("v(adc0)", "v(adc1)", "v(adc2)"))


def _capacitors(array: PulseWidthArray, line: int) -> list[str]:
    return [
        f"Cline{line}_{k} n{line}_{k} 0 {array.cell_f} ic={array.precharge_v}"
        for k in range(1, array.cells + 1)
    ]


def _source(array: PulseWidthArray, node: str, pulse: str, ampere: float) -> str:
    """Current source on a node while its pulse is high, a resistor below its saturation."""
    share = f"min(v(n{node})/{array.saturation_v},1)"
    return f"Bcell{node} n{node} 0 I={ampere}*{share}*v({pulse})"
