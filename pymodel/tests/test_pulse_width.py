"""Pulse-width array against the paper's figures 5 and 6, small steps, and the crossbar."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chips import InputError
from pymodel.crossbar import Floats, Wires, make_crossbar
from pymodel.crossbar_fast import solve_fast
from pymodel.pulse_width import (
    PulseWidthArray,
    adc_codes,
    constant_current_resistance_ohm,
    current_source_discharge_s,
    current_source_line_drop_v,
    current_source_v,
    pulse_s,
    resistance_for_ohm,
    resistive_discharge_s,
    resistive_line_drop,
    resistive_v,
)

PAPER = PulseWidthArray()
SMALL = PulseWidthArray(cells=12)


def test_sources_of_a_microampere_drop_525_mv_to_the_end_of_the_line() -> None:
    drop_v = current_source_line_drop_v(PAPER, 1e-6)
    assert drop_v[-1] == pytest.approx(1e-6 * 1024 * 1025 / 2)
    assert round(drop_v[-1] * 1e3) == 525
    assert drop_v[:3] == pytest.approx(1e-6 * np.array([1024, 2047, 3069]))
    assert current_source_line_drop_v(PAPER, 1e-6, 0.25) == pytest.approx(drop_v / 4)


@pytest.mark.parametrize(("ohm", "percent"), [(1e6, 36.4), (5e6, 9.65), (1e7, 5.03)])
def test_a_resistive_ladder_drops_what_figure_5_shows(ohm: float, percent: float) -> None:
    drop = resistive_line_drop(PAPER, ohm)
    assert drop[-1] * 100 == pytest.approx(percent, abs=0.5 * 10 ** -(2 if percent < 10 else 1))
    column = make_crossbar(np.full((1024, 1), 1 / ohm), Wires(column_ohm=1.0))
    solved = solve_fast(column, np.ones(1024)).column_rise_v[0, ::-1, 0]
    assert drop == pytest.approx(solved, rel=1e-9)
    quarter = resistive_line_drop(PAPER, ohm, active=0.25)
    assert quarter == pytest.approx(resistive_line_drop(PAPER, 4 * ohm))


def test_a_fifth_of_a_microampere_discharges_a_quarter_of_the_cells_in_1_ns() -> None:
    assert current_source_discharge_s(PAPER, 0.2e-6, 0.25) == pytest.approx(1e-9)


def test_five_megaohm_is_1_ns_for_a_constant_current_and_3_61_for_a_resistor() -> None:
    assert constant_current_resistance_ohm(PAPER, 1e-9, 0.25) == pytest.approx(5e6)
    true_ohm = resistance_for_ohm(PAPER, 1e-9, 0.25)
    assert true_ohm == pytest.approx(3.61e6, abs=0.005e6)
    assert resistive_discharge_s(PAPER, true_ohm, 0.25) == pytest.approx(1e-9)
    assert resistive_discharge_s(PAPER, 5e6, 0.25) == pytest.approx(2e-9 * np.log(2))


def drawn_codes(seed: int) -> Floats:
    return np.random.default_rng(seed).integers(0, 16, (3, SMALL.cells)).astype(float)


def stepped_v(draw_a: Callable[[float], Floats], widths_s: Floats) -> float:
    """Line voltage after all pulses, which begin together, by the midpoint rule."""
    line_v, dt = SMALL.precharge_v, SMALL.pulse_step_s / 1000
    for step in range(round(widths_s.max() / dt)):
        on = widths_s > (step + 0.5) * dt
        half_v = line_v - dt / 2 * float((draw_a(line_v) * on).sum()) / SMALL.line_f
        line_v -= dt * float((draw_a(half_v) * on).sum()) / SMALL.line_f
    return line_v


def test_conductances_discharge_as_small_steps_of_the_circuit() -> None:
    rng = np.random.default_rng(1)
    cell_s, codes = 1 / rng.uniform(2e6, 2e7, (SMALL.cells, 2)), drawn_codes(1)
    found = resistive_v(SMALL, cell_s, codes)
    stepped = stepped_v(lambda v: v * cell_s[:, 1], pulse_s(SMALL, codes[0]))
    assert found[0, 1] == pytest.approx(stepped, rel=1e-6)


@pytest.mark.parametrize("current_a", [0.05e-6, 0.2e-6])
def test_sources_discharge_as_small_steps_within_and_below_saturation(current_a: float) -> None:
    rng = np.random.default_rng(2)
    currents, codes = current_a * rng.uniform(0.5, 1, (SMALL.cells, 2)), drawn_codes(2)
    found = current_source_v(SMALL, currents, codes)
    assert (found[0, 0] < SMALL.saturation_v) == (current_a > 0.1e-6)

    def draw_a(volts: float) -> Floats:
        share = min(volts / SMALL.saturation_v, 1)
        drawn_a: Floats = share * currents[:, 0]
        return drawn_a

    assert found[0, 0] == pytest.approx(stepped_v(draw_a, pulse_s(SMALL, codes[0])), rel=1e-5)


def test_saturated_sources_take_charge_in_proportion() -> None:
    currents = np.full((SMALL.cells, 1), 0.02e-6)
    codes = np.arange(16)[:, None] * np.ones(SMALL.cells)
    fall_v = SMALL.precharge_v - current_source_v(SMALL, currents, codes)[:, 0]
    assert fall_v == pytest.approx(0.02e-6 * np.arange(16) * 100e-12 / 0.1e-15)


def test_codes_are_widths_in_steps_of_100_ps() -> None:
    assert pulse_s(PAPER, [0, 1, 15]) == pytest.approx([0, 0.1e-9, 1.5e-9])
    five = dataclasses.replace(PAPER, pulse_bits=5)
    assert pulse_s(five, [31])[0] == pytest.approx(3.1e-9)


def test_the_adc_spans_its_range_and_clips() -> None:
    line_v = 1 - np.array([-0.1, 0, 0.5 / 31, 0.74 / 31, 0.76 / 31, 0.5, 0.9])
    assert adc_codes(PAPER, line_v).tolist() == [0, 0, 1, 1, 2, 31, 31]


IMPOSSIBLE: dict[str, tuple[Any, str]] = {
    "cells": (0, "cells 0 must be above 0"),
    "cell_f": (-1e-16, "cell_f -1e-16 must be above 0"),
    "wire_ohm": (np.nan, "wire_ohm nan must be finite"),
    "pulse_bits": (6, "pulse_bits 6, allowed are 4, 5"),
    "adc_bits": (0, r"adc_bits 0, allowed are 1\.\.16"),
    "adc_range_v": (1.5, r"adc_range_v 1.5 must not be above precharge_v 1.0"),
    "saturation_v": (2.0, r"saturation_v 2.0 must not be above precharge_v"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_arrays_are_refused(name: str) -> None:
    value, says = IMPOSSIBLE[name]
    with pytest.raises(InputError, match=says):
        dataclasses.replace(PAPER, **{name: value})


CELLS, CODES = np.full((12, 1), 1e-6), np.ones(12)
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "code": (lambda: pulse_s(PAPER, [16]), r"activation code 16, allowed are 0\.\.15"),
    "negative code": (lambda: pulse_s(PAPER, [-1]), "activation code -1, allowed"),
    "part of a code": (lambda: pulse_s(PAPER, [0.5]), "activation code 0.5"),
    "nan": (lambda: pulse_s(PAPER, [np.nan]), "activation code nan"),
    "current": (lambda: current_source_v(SMALL, -CELLS, CODES), "current -1e-06 A, must be finite"),
    "conductance": (lambda: resistive_v(SMALL, CELLS * np.nan, CODES), "conductance nan S"),
    "cells": (lambda: resistive_v(SMALL, CELLS[:5], CODES), r"shape \(5, 1\), must be \(12, lines"),
    "codes": (lambda: resistive_v(SMALL, CELLS, CODES[:5]), r"shape \(5,\), must be \(k, 12\)"),
    "active": (lambda: current_source_line_drop_v(PAPER, 1e-6, 1.5), "active fraction 1.5, must"),
    "none active": (lambda: resistive_discharge_s(PAPER, 1e6, 0), "active fraction 0, must"),
    "resistance": (lambda: resistive_line_drop(PAPER, 0), "cell resistance 0 ohm, must be above 0"),
    "no current": (lambda: current_source_discharge_s(PAPER, 0, 1), "current 0 A, must be above"),
    "drop": (lambda: current_source_line_drop_v(PAPER, -1e-6), "current -1e-06 A, must be above 0"),
    "whole swing": (lambda: resistive_discharge_s(PAPER, 1e6, 1, 1.0), "swing 1, must be above 0"),
    "no swing": (lambda: resistance_for_ohm(PAPER, 1e-9, 1, 0.0), "swing 0, must be above 0"),
    "back": (lambda: constant_current_resistance_ohm(PAPER, 1e-9, 1, -0.5), "swing -0.5, must be"),
    "volts": (
        lambda: current_source_discharge_s(PAPER, 1e-6, 1, 1.5),
        "swing_v 1.5, must be above",
    ),
    "time": (lambda: resistance_for_ohm(PAPER, -1, 1), "time -1 s, must be above 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_physics_is_refused(case: str) -> None:
    call, says = REFUSED[case]
    with pytest.raises(InputError, match=says):
        call()
