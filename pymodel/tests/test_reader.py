"""Pulsed read: closed forms, droop, and the claim of the seed on variations."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from chips.sections import Reader
from pymodel.reader import (
    NodeArray,
    divider_tau_s,
    divider_v,
    droop_s,
    gate_on,
    held_node_v,
    read_node_v,
    reset_node_v,
    safe_node_v,
)
from pymodel.reader_static import static_power_w
from pymodel.rng import FloatArray

PULSE_S, RESET_S = 100e-9, 40e-9


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def reader(chip: Chip) -> Reader:
    return chip.reader


def ohm(*values: float) -> FloatArray:
    return np.array(values, np.float32)


def test_divider_splits_the_supply(reader: Reader) -> None:
    expected = [1.8 * 4472 / (r + 4472) for r in (1e3, 1e4, 1e5)] + [0]
    assert divider_v(reader, ohm(1e3, 1e4, 1e5, math.inf)) == pytest.approx(expected, rel=1e-6)


def test_read_pulse_follows_the_rc_law(reader: Reader) -> None:
    for r, t, start in ((1e3, 1e-9, 0.0), (2e4, 3e-9, 1.5), (1e5, 5e-9, 0.3)):
        goal = 1.8 * 4472 / (r + 4472)
        tau = 1e-12 * r * 4472 / (r + 4472)
        expected = goal + (start - goal) * math.exp(-t / tau)
        assert read_node_v(reader, ohm(r), ohm(start), t)[0] == pytest.approx(expected, rel=1e-5)


def test_read_pulse_agrees_with_small_steps_of_the_circuit(reader: Reader) -> None:
    r, steps, t = 2e4, 20000, 4e-9
    v = 1.7
    for _ in range(steps):
        v += t / steps / 1e-12 * ((1.8 - v) / r - v / 4472)
    assert read_node_v(reader, ohm(r), ohm(1.7), t)[0] == pytest.approx(v, rel=1e-4)


def test_reset_and_leakage_are_exponential(reader: Reader) -> None:
    assert reset_node_v(reader, ohm(1.0), reader.node_reset_tau_ns * 1e-9)[0] == pytest.approx(
        math.exp(-1)
    )
    assert held_node_v(reader, ohm(1.0), 5e-3)[0] == pytest.approx(math.exp(-1))
    assert held_node_v(reader, ohm(1.0), droop_s(reader, 1.0, 0.25))[0] == pytest.approx(0.25)


def test_times_and_voltages_out_of_range_are_refused(reader: Reader) -> None:
    with pytest.raises(InputError, match="read pulse"):
        read_node_v(reader, ohm(1e3), ohm(0), -1e-9)
    with pytest.raises(InputError, match="node reset"):
        reset_node_v(reader, ohm(0), -1e-9)
    with pytest.raises(InputError, match="droop"):
        droop_s(reader, 0.5, 0.9)


def test_high_resistance_turns_the_gate_on(reader: Reader) -> None:
    nodes = read_node_v(reader, ohm(2e3, 10e3), ohm(0, 0), PULSE_S)
    assert gate_on(reader, nodes).tolist() == [0, 1]


def test_the_inverter_has_a_transition_of_its_gain(reader: Reader) -> None:
    half = 1.8 / reader.inverter_gain / 2
    nodes = ohm(0.9 - 1.01 * half, 0.9 - half / 2, 0.9, 0.9 + half / 2, 0.9 + 1.01 * half)
    assert gate_on(reader, nodes) == pytest.approx([1, 0.75, 0.5, 0.25, 0], abs=1e-5)


@pytest.mark.parametrize(("ratio", "reads_right"), [(5.0, True), (3.0, False), (2.0, False)])
def test_reader_stands_50_percent_variation_down_to_ratio_5_and_not_at_3(
    reader: Reader, ratio: float, reads_right: bool
) -> None:
    low = 2e3
    matched = dataclasses.replace(reader, r_ref_ohm=low * math.sqrt(ratio))
    worst = ohm(1.5 * low, 0.5 * ratio * low)
    gates = gate_on(matched, read_node_v(matched, worst, ohm(0, 0), PULSE_S))
    assert (gates.tolist() == [0, 1]) == reads_right
    if ratio == 5.0:
        assert 0.5 * ratio / 1.5 == pytest.approx(1.67, abs=0.01)


def nodes_read_once(chip: Chip, resistance_ohm: float, now_s: float = 0.0) -> NodeArray:
    """Bank 0 of layer 0 read at one resistance."""
    nodes = NodeArray(chip, 0)
    first, last = nodes.words(0)
    read = np.full((last - first, chip.word_cells), resistance_ohm, np.float32)
    nodes.read(0, read, RESET_S, PULSE_S, now_s)
    return nodes


def test_a_held_low_resistance_node_flips_after_its_droop_time(chip: Chip) -> None:
    nodes = nodes_read_once(chip, 1.2e3, 1e-3)
    start_v = float(divider_v(chip.reader, ohm(1.2e3))[0])
    flip_s = 1e-3 + droop_s(chip.reader, start_v, safe_node_v(chip.reader))
    version = nodes.version
    nodes.settle(flip_s - 1e-6)
    assert nodes.version == version
    assert nodes.gates[0, 0] == 0
    nodes.settle(flip_s + 1e-6)
    assert nodes.version == version + 1
    assert 0 < nodes.gates[0, 0] < 1
    nodes.settle(flip_s + 1e-3)
    assert nodes.gates[0, 0] == 1


def test_the_worst_verified_cell_outlasts_the_retention_of_the_chip(chip: Chip) -> None:
    start_v = float(divider_v(chip.reader, ohm(2e3))[0])
    hold_s = droop_s(chip.reader, start_v, safe_node_v(chip.reader))
    assert hold_s > chip.reader.retention_us * 1e-6


def test_held_high_resistance_never_flips(chip: Chip) -> None:
    nodes = nodes_read_once(chip, 20e3)
    nodes.settle(1.0)
    assert (nodes.gates[0] == 1).all()


def test_a_short_pulse_after_a_missing_reset_keeps_the_old_bit(chip: Chip) -> None:
    nodes = nodes_read_once(chip, 1e3)
    first, last = nodes.words(0)
    high = np.full((last - first, chip.word_cells), 50e3, np.float32)
    nodes.read(0, high, 0.0, 1e-9, 1e-6)
    assert nodes.gates[0, 0] == 0
    nodes.read(0, high, RESET_S, 1e-9, 2e-6)
    assert nodes.gates[0, 0] == 1


def test_a_bank_in_reset_has_all_gates_on_and_no_other(chip: Chip) -> None:
    nodes = nodes_read_once(chip, 1e3)
    held, version = nodes.gates.copy(), nodes.version
    assert chip.geometry[0].banks > 1
    nodes.discharge(1)
    assert np.array_equal(nodes.gates, held)  # bank 1 was never read
    nodes.discharge(0)
    first, last = nodes.words(0)
    assert (nodes.gates[first:last] == 1).all()
    nodes.settle(1e-6)
    assert (nodes.gates[first:last] == 1).all()
    again = np.full((last - first, chip.word_cells), 1e3, np.float32)
    nodes.read(0, again, RESET_S, PULSE_S, 1e-6)
    assert np.array_equal(nodes.gates, held)
    assert nodes.version == version


def test_the_age_is_that_of_the_oldest_bank(chip: Chip) -> None:
    nodes = nodes_read_once(chip, 1e3, 1e-3)
    assert nodes.age_s(2e-3) == math.inf
    for bank in range(1, chip.geometry[0].banks):
        first, last = nodes.words(bank)
        read = np.full((last - first, chip.word_cells), 1e3, np.float32)
        nodes.read(bank, read, RESET_S, PULSE_S, 1.5e-3)
    assert nodes.age_s(2e-3) == pytest.approx(1e-3)


@pytest.mark.parametrize("ohm", [-1.0, 0.0, math.nan])
def test_resistances_that_cannot_be_are_refused(reader: Reader, ohm: float) -> None:
    cells = np.array([1e4, ohm], np.float32)
    for use in (divider_v, divider_tau_s, static_power_w):
        with pytest.raises(InputError, match=r"resistance of .* ohm, must be above 0"):
            use(reader, cells)
