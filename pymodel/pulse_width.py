"""Pulse-width compute array: cells discharge a precharged summation line while their pulse lasts.

After Cosemans et al., "Towards 10000TOPS/W DNN inference with analog in-memory computing", IEDM
2019, sections III and IV: activations are pulse widths, weights the currents of current sources
(transistors in saturation) or conductances, and an ADC reads the voltage that is left on the line.

The line is one capacitor here. A cell draws its strength times f(V), with f(V) = V for a
conductance and f(V) = min(V / V_sat, 1) for a source, so C dV / f(V) = -strength dt: what is left
depends on the sum of strength times width alone, not on the order of the pulses. What the wire of
the line does in the meantime is left out, which `make spice` measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.errors import InputError
from chips.tables import require, require_positive

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PulseWidthArray:
    """A summation line, its pulses and its ADC; capacitance and wire are those of one cell.

    The defaults are the paper's example (1024 cells of 0.1 fF and 1 ohm, 1 V, 16 widths of 0 to
    1.5 ns, 5-bit ADC); the range of the ADC and `saturation_v`, below which a source falls out of
    saturation, are assumed.
    """

    cells: int = 1024
    cell_f: float = 0.1e-15
    wire_ohm: float = 1.0
    precharge_v: float = 1.0
    pulse_step_s: float = 100e-12
    pulse_bits: int = 4
    adc_bits: int = 5
    adc_range_v: float = 0.5
    saturation_v: float = 0.2

    def __post_init__(self) -> None:
        names = "cells cell_f wire_ohm precharge_v pulse_step_s adc_range_v saturation_v"
        for name in names.split():
            value = getattr(self, name)
            require(math.isfinite(value), f"pulse-width array: {name} {value} must be finite")
        require_positive("pulse-width array", self, *names.split())
        require(self.pulse_bits in (4, 5), f"pulse_bits {self.pulse_bits}, allowed are 4, 5")
        require(1 <= self.adc_bits <= 16, f"adc_bits {self.adc_bits}, allowed are 1..16")
        for name in ("adc_range_v", "saturation_v"):
            require(
                getattr(self, name) <= self.precharge_v,
                f"{name} {getattr(self, name)} must not be above precharge_v {self.precharge_v}",
            )

    @property
    def line_f(self) -> float:
        """Capacitance of the whole line."""
        return self.cells * self.cell_f


def pulse_s(array: PulseWidthArray, codes: npt.ArrayLike) -> Floats:
    """Widths of the pulses of activation codes, in seconds: code times the step, 0 is off.

    Raises
    ------
    InputError
        A code beyond the bits of a pulse, or none at all.
    """
    given, largest = np.asarray(codes), 2**array.pulse_bits - 1
    bad = given[~((given >= 0) & (given <= largest) & (given == np.floor(given)))]
    if bad.size:
        raise InputError(f"activation code {bad.flat[0]}, allowed are 0..{largest}")
    return np.asarray(given * array.pulse_step_s, np.float64)


def current_source_v(
    array: PulseWidthArray, current_a: npt.ArrayLike, codes: npt.ArrayLike
) -> Floats:
    """Voltage left on the lines by current sources, (k, m).

    V_pre - Q / C with Q = sum I T while the sources saturate; below V_sat they act as resistors
    V_sat / I, and the rest of the charge x = Q / C - (V_pre - V_sat) leaves V_sat exp(-x / V_sat).

    Parameters
    ----------
    current_a : (cells, m), in saturation
    codes : (k, cells) activations
    """
    fall_v = _line_sums(array, "current", "A", current_a, codes) / array.line_f
    beyond_v = np.maximum(fall_v - (array.precharge_v - array.saturation_v), 0)
    straight_v = array.precharge_v - (fall_v - beyond_v)
    return np.where(
        beyond_v > 0, array.saturation_v * np.exp(-beyond_v / array.saturation_v), straight_v
    )


def resistive_v(array: PulseWidthArray, cell_s: npt.ArrayLike, codes: npt.ArrayLike) -> Floats:
    """Voltage left on the lines by conductances, (k, m): V_pre exp(-sum G T / C).

    Parameters
    ----------
    cell_s : (cells, m) in siemens
    codes : (k, cells) activations
    """
    sums = _line_sums(array, "conductance", "S", cell_s, codes)
    left: Floats = array.precharge_v * np.exp(-sums / array.line_f)
    return left


def _line_sums(
    array: PulseWidthArray, name: str, unit: str, cells: npt.ArrayLike, codes: npt.ArrayLike
) -> Floats:
    """Sums of strength times pulse width over the cells of each line, (k, m)."""
    strength = np.asarray(cells, np.float64)
    if strength.ndim != 2 or len(strength) != array.cells:
        raise InputError(f"{name}s of shape {strength.shape}, must be ({array.cells}, lines)")
    bad = strength[~(np.isfinite(strength) & (strength >= 0))]
    if bad.size:
        raise InputError(f"{name} {bad.flat[0]:g} {unit}, must be finite and not negative")
    widths_s = np.atleast_2d(pulse_s(array, codes))
    if widths_s.ndim != 2 or widths_s.shape[1] != array.cells:
        raise InputError(f"codes of shape {np.shape(codes)}, must be (k, {array.cells})")
    sums: Floats = widths_s @ strength
    return sums


def adc_codes(array: PulseWidthArray, line_v: Floats) -> Codes:
    """What the ADC reads: the fall below the precharge, 0..2^bits - 1 over its range."""
    largest = 2**array.adc_bits - 1
    steps = np.rint((array.precharge_v - line_v) / array.adc_range_v * largest)
    codes: Codes = np.clip(steps, 0, largest).astype(np.int64)
    return codes


def current_source_line_drop_v(
    array: PulseWidthArray, current_a: float, active: float = 1.0
) -> Floats:
    """Drop along a line clamped before its first cell, in volts, (cells,): figure 5, sources.

    Segment k carries the f I of its cell and all beyond, so f I r k (2 N + 1 - k) / 2; at the end
    f I r N (N + 1) / 2.

    Parameters
    ----------
    active : fraction of the cells that are on, spread evenly
    """
    _require_fraction(active)
    _require_above_0("current", current_a, "A")
    k = np.arange(1, array.cells + 1)
    return active * current_a * array.wire_ohm * k * (2 * array.cells + 1 - k) / 2


def resistive_line_drop(array: PulseWidthArray, cell_ohm: float, active: float = 1.0) -> Floats:
    """Drop along a line clamped before its first cell, part of the clamp, (cells,): figure 5.

    A uniform ladder: 1 - cosh((N - k + 1/2) a) / cosh((N + 1/2) a), sinh(a / 2)^2 = f r / (4 R).

    Parameters
    ----------
    active : fraction of the cells that are on, spread evenly
    """
    _require_fraction(active)
    _require_above_0("cell resistance", cell_ohm, "ohm")
    a = 2 * math.asinh(math.sqrt(active * array.wire_ohm / cell_ohm) / 2)
    k = np.arange(1, array.cells + 1)
    left: Floats = np.cosh((array.cells - k + 0.5) * a) / math.cosh((array.cells + 0.5) * a)
    return 1 - left


def current_source_discharge_s(
    array: PulseWidthArray, current_a: float, active: float, swing_v: float = 0.5
) -> float:
    """Time in which sources discharge the line by `swing_v`: C dV / (f I), figure 6."""
    _require_fraction(active)
    _require_above_0("current", current_a, "A")
    _require_swing("swing_v", swing_v, array.precharge_v)
    return array.cell_f * swing_v / (active * current_a)


def resistive_discharge_s(
    array: PulseWidthArray, cell_ohm: float, active: float, swing: float = 0.5
) -> float:
    """Time in which resistances discharge the line by part of its voltage, figure 6.

    R C ln(1 / (1 - swing)) / f.
    """
    _require_fraction(active)
    _require_above_0("cell resistance", cell_ohm, "ohm")
    _require_swing("swing", swing, 1.0)
    return -math.log1p(-swing) * cell_ohm * array.cell_f / active


def resistance_for_ohm(
    array: PulseWidthArray, time_s: float, active: float, swing: float = 0.5
) -> float:
    """Cell resistance that discharges the line by `swing` in a time, the inverse of the above."""
    _require_fraction(active)
    _require_above_0("time", time_s, "s")
    _require_swing("swing", swing, 1.0)
    return active * time_s / (-math.log1p(-swing) * array.cell_f)


def constant_current_resistance_ohm(
    array: PulseWidthArray, time_s: float, active: float, swing: float = 0.5
) -> float:
    """The same if the cell kept the current V / R of the full line: f t / (swing C).

    What the paper's 5 Mohm needs; a resistor draws less as the line falls.
    """
    _require_fraction(active)
    _require_above_0("time", time_s, "s")
    _require_swing("swing", swing, 1.0)
    return active * time_s / (swing * array.cell_f)


def _require_fraction(active: float) -> None:
    require(0 < active <= 1, f"active fraction {active:g}, must be above 0 and at most 1")


def _require_swing(name: str, value: float, whole: float) -> None:
    require(0 < value < whole, f"{name} {value:g}, must be above 0 and below {whole:g}")


def _require_above_0(name: str, value: float, unit: str) -> None:
    require(0 < value < math.inf, f"{name} {value:g} {unit}, must be above 0 and finite")
