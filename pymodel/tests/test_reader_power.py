"""Energy and power of the pulsed and the static reader, and the bounds of the refresh."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from chips import Chip, InputError, load_chip
from chips.sections import Reader
from pymodel.reader import NodeArray, divider_v, gate_on, read_node_v
from pymodel.reader_energy import pulsed_power_w, read_energy_j
from pymodel.reader_static import static_cell_v, static_gate, static_power_w
from pymodel.refresh import longest_interval_s, retention_s, sweep_s
from pymodel.rng import FloatArray

PULSE_S = 100e-9


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


@pytest.fixture(scope="module")
def reader(chip: Chip) -> Reader:
    return chip.reader


def ohm(*values: float) -> FloatArray:
    return np.array(values, np.float32)


@pytest.mark.parametrize("r_ohm", [800.0, 2e3, 1e4, 1e5])
@pytest.mark.parametrize(("pulse_s", "start_v"), [(PULSE_S, 0.0), (1e-9, 0.0), (3e-9, 1.5)])
def test_read_energy_is_the_supply_voltage_times_its_charge(
    reader: Reader, r_ohm: float, pulse_s: float, start_v: float
) -> None:
    tau = 1e-12 * r_ohm * 4472 / (r_ohm + 4472)
    goal = 1.8 * 4472 / (r_ohm + 4472)
    ends = np.unique(np.minimum([0.0, tau, 6 * tau, pulse_s], pulse_s))
    charge = sum(
        quad(lambda t: (1.8 - goal - (start_v - goal) * math.exp(-t / tau)) / r_ohm, a, b)[0]
        for a, b in itertools.pairwise(ends)
    )
    found = float(read_energy_j(reader, ohm(r_ohm), start_v, pulse_s)[0])
    assert found == pytest.approx(1.8 * charge, rel=1e-5)


def test_read_energy_is_what_the_resistors_burn_and_the_node_keeps(reader: Reader) -> None:
    r_ohm, pulse_s, steps = 1e4, 8e-9, 20000
    t = (np.arange(steps) + 0.5) * pulse_s / steps
    tau = 1e-12 * r_ohm * 4472 / (r_ohm + 4472)
    node = 1.8 * 4472 / (r_ohm + 4472) * -np.expm1(-t / tau)
    burnt = np.mean((1.8 - node) ** 2 / r_ohm + node**2 / 4472) * pulse_s
    end_v = float(read_node_v(reader, ohm(r_ohm), ohm(0), pulse_s)[0])
    found = float(read_energy_j(reader, ohm(r_ohm), 0.0, pulse_s)[0])
    assert found == pytest.approx(burnt + 0.5e-12 * end_v**2, rel=1e-5)


def test_a_long_pulse_costs_the_static_power_and_one_charging(reader: Reader) -> None:
    cells = ohm(1e3, 1e5)
    goal = divider_v(reader, cells)
    tau = 1e-12 / (1 / cells + 1 / 4472)
    expected = static_power_w(reader, cells) * PULSE_S + 1.8 * goal * tau / cells
    assert read_energy_j(reader, cells, 0.0, PULSE_S) == pytest.approx(expected, rel=1e-5)


def test_a_missing_cell_takes_nothing(reader: Reader) -> None:
    assert read_energy_j(reader, ohm(math.inf), 0.0, PULSE_S)[0] == 0
    assert static_power_w(reader, ohm(math.inf))[0] == 0
    assert static_gate(reader, ohm(math.inf))[0] == 1


def test_pulsed_power_falls_with_the_refresh_interval(reader: Reader) -> None:
    cells = ohm(1e3, 2e4, 5e4)
    energy = float(read_energy_j(reader, cells, 0.0, PULSE_S).sum())
    assert pulsed_power_w(reader, cells, PULSE_S, 5e-4) == pytest.approx(energy / 5e-4)
    ratio = static_power_w(reader, cells).sum() / pulsed_power_w(reader, cells, PULSE_S, 5e-4)
    assert ratio == pytest.approx(5e-4 / PULSE_S, rel=0.05)
    with pytest.raises(InputError, match="refresh interval"):
        pulsed_power_w(reader, cells, PULSE_S, 1e-9)
    with pytest.raises(InputError, match="read pulse"):
        read_energy_j(reader, cells, 0.0, -1e-9)


def test_the_static_cell_reads_as_the_pulsed_one_does(reader: Reader) -> None:
    cells = ohm(800, 2e3, 4.4e3, 1e4, 1e5)
    pulsed = gate_on(reader, read_node_v(reader, cells, np.zeros_like(cells), 1e-6))
    assert static_gate(reader, cells) == pytest.approx(pulsed, abs=1e-5)
    assert static_power_w(reader, ohm(800))[0] == pytest.approx(1.8**2 / 5272)
    assert static_cell_v(reader, ohm(1e4))[0] == pytest.approx(1.8 * 1e4 / 14472)


def test_retention_is_the_droop_to_the_transition(reader: Reader) -> None:
    node_v = 1.8 * 4472 / 6472
    assert retention_s(reader, 2e3) == pytest.approx(5e-3 * math.log(node_v / 0.918))
    assert retention_s(reader, 4472.0) == 0
    assert retention_s(reader, 1e4) == math.inf
    with pytest.raises(InputError, match="must be above 0"):
        retention_s(reader, 0.0)


def test_retention_is_when_the_gates_of_held_nodes_move(chip: Chip) -> None:
    nodes = NodeArray(chip, 0)
    first, last = nodes.words(0)
    nodes.read(0, np.full((last - first, 40), 2e3, np.float32), 40e-9, 1e-6, 0.0)
    end_s = retention_s(chip.reader, 2e3)
    nodes.settle(end_s - 1e-6)
    assert nodes.gates[0, 0] == 0
    nodes.settle(end_s + 1e-6)
    assert nodes.gates[0, 0] > 0


def test_refresh_is_bounded_by_sweep_and_retention(chip: Chip) -> None:
    assert sweep_s(chip, under_load=True) == pytest.approx(chip.banks * 1e-6)
    assert sweep_s(chip, under_load=False) == pytest.approx(chip.banks * 200e-9)
    longest = longest_interval_s(chip, 2e3)
    assert longest == pytest.approx(retention_s(chip.reader, 2e3) - chip.banks * 1e-6)
    assert chip.reader.refresh_interval_us * 1e-6 < longest
    leaky = dataclasses.replace(chip.reader, leak_tau_us=100.0)
    with pytest.raises(InputError, match="holds for"):
        longest_interval_s(dataclasses.replace(chip, reader=leaky), 2e3)
