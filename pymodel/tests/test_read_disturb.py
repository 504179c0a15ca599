"""Stress of the read against numerical integration, and what it does to cells."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from chips import Chip, InputError, load_chip
from pymodel.device import Device, Disturb, load_device
from pymodel.environment import Environment
from pymodel.macro import Drive, Macro, ReadPulse
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.read_disturb import exponential_excess, read_stress_s
from pymodel.read_stress import ReadStress
from pymodel.retention import heated_ohm
from pymodel.stress import stress_rate
from pymodel.tests.samples import random_weights

PULSE_S = 100e-9
ALL = slice(None)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


def integrated(chip: Chip, law: Disturb, r_ohm: float, pulse_s: float, start_v: float) -> float:
    """Stress of one pulse by adaptive quadrature of the law over V_X(t)."""
    vdd, ref = chip.reader.vdd_v, chip.reader.r_ref_ohm
    goal = vdd * ref / (r_ohm + ref)
    tau = chip.reader.c_hold_ff * 1e-15 * r_ohm * ref / (r_ohm + ref)

    def rate(t: float) -> float:
        node = goal + (start_v - goal) * math.exp(-t / tau)
        return math.exp((vdd - node - law.reference_v) / law.efold_v)

    ends = np.array([0.0, *(k * tau for k in (1, 4, 12)), pulse_s])
    ends = np.unique(np.minimum(ends, pulse_s))
    parts = itertools.pairwise(ends)
    return float(sum(quad(rate, a, b, epsrel=1e-11)[0] for a, b in parts))


@pytest.mark.parametrize("r_ohm", [800.0, 2e3, 1e4, 1e5])
@pytest.mark.parametrize(
    ("pulse_s", "start_v"), [(PULSE_S, 0.0), (1e-9, 0.0), (PULSE_S, 1.2), (2e-9, 0.01)]
)
def test_stress_of_a_pulse_is_the_integral_of_its_law(
    chip: Chip, device: Device, r_ohm: float, pulse_s: float, start_v: float
) -> None:
    law = device.disturb
    found = read_stress_s(chip.reader, law, np.array([r_ohm]), pulse_s, start_v)[0]
    assert found == pytest.approx(integrated(chip, law, r_ohm, pulse_s, start_v), rel=1e-7)


def test_the_excess_is_smooth_where_its_series_ends() -> None:
    around = np.array([0.0099999, 0.0100001, -0.0099999, -0.0100001, 0.0, 2.0])
    expected = [quad(lambda x: math.expm1(x) / x, 0, u)[0] for u in around[around != 0]]
    assert exponential_excess(around)[around != 0] == pytest.approx(expected, rel=1e-9)
    assert exponential_excess(around)[4] == 0


def test_no_cell_sees_more_than_the_supply(chip: Chip, device: Device) -> None:
    cells = np.array([800.0, 1e4, 1e5, 1e9])
    stress = read_stress_s(chip.reader, device.disturb, cells, PULSE_S)
    bound = PULSE_S * stress_rate(device.disturb, chip.reader.vdd_v)
    assert (np.diff(stress) > 0).all()
    assert stress[-1] == pytest.approx(bound, rel=1e-4)
    assert stress[0] < bound / 1000
    with pytest.raises(InputError, match="read pulse"):
        read_stress_s(chip.reader, device.disturb, cells, -1e-9)
    with pytest.raises(InputError, match="resistance of -1 ohm, must be above 0"):
        read_stress_s(chip.reader, device.disturb, np.array([-1.0]), PULSE_S)


def test_reads_add_up_until_a_cell_switches(chip: Chip, device: Device) -> None:
    reads = ReadStress(chip.reader, device.disturb, (1, 3, 2))
    cells = np.full((1, 3, 2), 2e4, np.float32)
    one_s = read_stress_s(chip.reader, device.disturb, np.array([2e4]), PULSE_S)[0]
    reads.add(1, 3, PULSE_S)
    reads.add(2, 3, PULSE_S)
    assert reads.stress_s(ALL, ALL, cells)[0, :, 0] / one_s == pytest.approx([0, 1, 2])
    reads.forget(0, 2, np.array([True, False]))
    reads.add(2, 3, PULSE_S)
    assert reads.stress_s(ALL, ALL, cells)[0, 2] / one_s == pytest.approx([1, 3])


@pytest.mark.parametrize("temperature_k", [300.0, 398.0])
def test_reads_beyond_the_budget_lift_high_cells_and_no_low_ones(
    chip: Chip, device: Device, temperature_k: float
) -> None:
    """A budget of as much as a middling high cell sees in two reads, and three reads."""
    high_ohm = 30e3
    budget_s = 2 * float(
        read_stress_s(chip.reader, device.disturb, np.array([high_ohm]), PULSE_S).item()
    )
    weak = dataclasses.replace(
        device, disturb=dataclasses.replace(device.disturb, budget_s=budget_s)
    )
    macro = Macro(chip, weak, seed=3, environment=Environment(temperature_k))
    macro.preset_weights(random_weights(chip))
    before = macro.resistances(0)
    for now_s in (1e-3, 2e-3, 3e-3):
        for bank in range(chip.geometry[0].banks):
            macro.read_pulse(ReadPulse(bank, 40e-9, PULSE_S, now_s))
    after, levels = macro.resistances(0), device.resistance
    seen = heated_ohm(device, before, temperature_k)
    law = read_stress_s(macro.chip.reader, device.disturb, seen, PULSE_S)
    expected = np.minimum(before * np.maximum(3 * law / budget_s, 1), levels.hrs_max_ohm)
    exists = np.isfinite(before)
    assert after[exists] == pytest.approx(expected[exists], rel=1e-4)
    low = exists & (before < 3e3)
    assert np.array_equal(after[low], before[low])
    lifted = exists & (before < after) & (after < levels.hrs_max_ohm)
    assert lifted.sum() > 0.3 * (exists & ~low).sum()


def test_a_cell_that_switches_forgets_its_reads(chip: Chip, device: Device) -> None:
    """With a flat law all cells see the same stress: ten reads move them five budgets up."""
    flat = dataclasses.replace(device.disturb, efold_v=1e3, budget_s=2 * PULSE_S)
    macro = Macro(chip, dataclasses.replace(device, disturb=flat), seed=1)
    cells = (1 << chip.word_cells) - 1
    macro.drive(Drive(0, 0, 0, cells, 0, True, 200, 310, 0, SET_DIRECTION, 1e-6))
    formed = macro.resistances(0)[0, 0]
    for _ in range(10):
        macro.read_pulse(ReadPulse(0, 40e-9, PULSE_S, 1e-3))
    some = macro.formed(0)[0, 0]
    assert macro.resistances(0)[0, 0][some] == pytest.approx(5 * formed[some], rel=0.01)
    macro.drive(Drive(0, 0, 0, 0, cells, True, 250, 0, 250, RESET_DIRECTION, 1e-6))
    landed = macro.resistances(0)[0, 0]
    macro.read_pulse(ReadPulse(0, 40e-9, PULSE_S, 2e-3))  # within the budget of a fresh cell
    assert np.array_equal(macro.resistances(0)[0, 0], landed)
    assert (landed[some] > 10e3).any()  # lifted, and not to the top
    assert (landed[some] < 50e3).all()
