"""The published figures of each parameter set that need no controller."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from chips import Chip, load_chip
from pymodel.device import Device, load_device
from pymodel.macro import Drive, Macro
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.rng import FloatArray

LAYER, ROWS = 2, 288
ALL = (1 << 40) - 1


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


@pytest.fixture(scope="module")
def sky130() -> Device:
    return load_device("sky130")


def drive_all(
    macro: Macro, wl_v: float, line_v: float, reset: bool = False, width_s: float = 1e-6
) -> None:
    """One pulse on each of the 11,520 cells of a group, all at time 0."""
    wl, line = round(wl_v * 100), round(line_v * 100)
    direction = RESET_DIRECTION if reset else SET_DIRECTION
    lines = (0, ALL, True, wl, 0, line) if reset else (ALL, 0, True, wl, line, 0)
    for row in range(ROWS):
        macro.drive(Drive(LAYER, 0, row, *lines, direction, width_s))


def cells(macro: Macro, now_s: float = 0.0) -> FloatArray:
    """Resistances of the group."""
    group: FloatArray = macro.resistances(LAYER, now_s)[0]
    return group


def formed(chip: Chip, device: Device) -> Macro:
    """A group formed gently: each bit line goes up in small steps."""
    macro = Macro(chip, device, seed=5)
    for line_v in np.arange(1.6, 3.8, 0.1):
        drive_all(macro, 2.0, float(line_v))
    assert macro.formed(LAYER)[0].mean() > 0.99
    return macro


def margin(part: float, count: int) -> float:
    """Four sigma of a part of a sample."""
    return 4 * math.sqrt(part * (1 - part) / count)


def test_0_3_volts_for_10_us_change_nothing(chip: Chip, sky130: Device) -> None:
    macro = formed(chip, sky130)
    drive_all(macro, 2.5, 2.6, reset=True)
    before = cells(macro)
    for reset in (False, True):
        drive_all(macro, 1.7, 0.3, reset=reset, width_s=1e-5)
        drive_all(macro, 2.5, 0.3, reset=reset, width_s=1e-5)
    assert np.array_equal(before, cells(macro))


def test_single_pulses_have_the_published_yields(chip: Chip, sky130: Device) -> None:
    macro = formed(chip, sky130)
    low = macro.formed(LAYER)[0] & (cells(macro) > sky130.resistance.lrs_min_ohm)
    drive_all(macro, 2.5, 2.6, reset=True)
    high = low & (cells(macro) > 1e6)
    assert high.sum() / low.sum() == pytest.approx(0.915, abs=margin(0.915, int(low.sum())))
    drive_all(macro, 1.7, 2.4)
    part = (cells(macro)[high] < 12.5e3).mean()
    assert part == pytest.approx(0.9772, abs=margin(0.9772, int(high.sum())))


def test_the_window_is_that_of_the_compact_model(chip: Chip, sky130: Device) -> None:
    macro = formed(chip, sky130)
    drive_all(macro, 2.5, 2.6, reset=True)
    high = cells(macro) > 1e6
    assert np.median(cells(macro)[high]) == pytest.approx(3.3e6, rel=0.1)
    drive_all(macro, 1.7, 2.4)
    low = high & (cells(macro) < 1e6)
    assert np.median(cells(macro)[low]) == pytest.approx(9.7e3, rel=0.02)


def test_form_leaves_the_conductance_of_its_own_compliance(chip: Chip, sky130: Device) -> None:
    macro = Macro(chip, sky130, seed=5)
    drive_all(macro, 1.4, 2.6)
    formed_s = 1 / cells(macro)[macro.formed(LAYER)[0] & (cells(macro) > 5e3)]
    assert np.median(formed_s) == pytest.approx(28.6e-6 * 0.7 / 0.4, rel=0.02)
    assert (formed_s > 30e-6).all()
    assert (formed_s < 120e-6).all()


def test_a_form_that_starts_too_high_damages_cells(chip: Chip, sky130: Device) -> None:
    macro = Macro(chip, sky130, seed=5)
    drive_all(macro, 2.0, 3.6)
    threshold = sky130.form.threshold_v + sky130.form.over_form_v
    part = 0.5 * math.erfc((threshold - 3.645) / sky130.form.cell_sigma_v / math.sqrt(2))
    damaged = cells(macro) == np.float32(sky130.resistance.lrs_min_ohm)
    assert damaged.mean() == pytest.approx(part, abs=0.03)
    for _ in range(5):
        drive_all(macro, 3.0, 3.0, reset=True)
    assert (cells(macro)[damaged] == np.float32(sky130.resistance.lrs_min_ohm)).all()


def test_cells_drift_by_their_law_after_a_reset(chip: Chip, sky130: Device) -> None:
    macro = formed(chip, sky130)
    drive_all(macro, 2.5, 2.6, reset=True)
    high = cells(macro) > 1e6
    before = cells(macro)
    tau_s = sky130.relaxation.tau_us * 1e-6
    moved = np.log(cells(macro, 99 * tau_s)[high] / before[high])
    assert moved.mean() == pytest.approx(0, abs=0.02)
    assert moved.std() == pytest.approx(2 * sky130.relaxation.reset_log_sigma, rel=0.03)


def test_the_default_set_does_not_drift(chip: Chip) -> None:
    macro = formed(chip, load_device("amer2024"))
    assert np.array_equal(cells(macro), cells(macro, 1e3))


def test_a_filament_lasts_until_the_next_reset(chip: Chip) -> None:
    """SETs along one ramp differ by a few percent, those after another RESET by far more."""
    device = load_device("radar")
    macro = formed(chip, device)
    spread = []
    for _ in range(2):
        drive_all(macro, 3.0, 2.6, reset=True)
        first, second = (excess(macro, wl_v) for wl_v in (1.9, 2.03))
        spread.append((np.log(second / first).std(), np.log(first)))
    assert spread[0][0] < 0.08
    between = (spread[1][1] - spread[0][1]).std()
    sigma = math.hypot(device.resistance.filament_log_sigma, device.resistance.variation_rms)
    assert between == pytest.approx(math.sqrt(2) * sigma, rel=0.1)


def excess(macro: Macro, wl_v: float) -> FloatArray:
    """What a SET leaves above the base of the filament."""
    drive_all(macro, wl_v, 2.0)
    curve = load_device("radar").tuning
    assert curve
    return cells(macro) - np.float32(curve.base_ohm)


def test_the_tuning_curve_crosses_the_windows_about_as_published() -> None:
    """After 27, 37 and 46 steps of 10 mV; the fit of the pulses takes 40 % more between them."""
    device = load_device("radar")
    curve = device.tuning
    assert curve
    wl_v = [
        curve.reference_v - curve.efold_v * math.log((top - curve.base_ohm) / curve.excess_ohm)
        for top in (9.31e3, 6.01e3, 5.0e3)
    ]
    assert np.diff(wl_v) == pytest.approx([0.14, 0.126], rel=0.05)


def test_the_steps_of_a_gradual_set_are_one_cycle(chip: Chip) -> None:
    macro = formed(chip, load_device("radar"))
    drive_all(macro, 3.3, 2.6, reset=True)
    before, medians = macro.cycles(LAYER), [np.median(cells(macro))]
    for wl_v in (1.7, 1.9, 2.1):
        drive_all(macro, wl_v, 2.0)
        medians.append(np.median(cells(macro)))
    assert medians == sorted(medians, reverse=True)
    assert len(set(medians)) == 4
    assert (macro.cycles(LAYER) - before).max() == 1


def test_worn_out_cells_stay_low(chip: Chip) -> None:
    device = load_device("radar")
    macro = formed(chip, device)
    macro.age(5000)
    for _ in range(3):
        drive_all(macro, 3.3, 2.6, reset=True)
    worn = (cells(macro) <= np.float32(device.resistance.lrs_min_ohm)).mean()
    law = device.endurance
    assert worn == pytest.approx(1 - math.exp(-((5000 / law.life_cycles) ** law.shape)), abs=0.02)


def test_cells_wear_out_by_their_own_cycles(chip: Chip) -> None:
    base = load_device("amer2024")
    short = dataclasses.replace(base.endurance, life_cycles=5.0, shape=3.0)
    macro = formed(chip, dataclasses.replace(base, endurance=short))
    for _ in range(12):
        drive_all(macro, 3.0, 3.0, reset=True)
        drive_all(macro, 1.7, 3.0)
    drive_all(macro, 3.0, 3.0, reset=True)
    assert (cells(macro) < base.boundary_ohm).mean() > 0.999
    assert macro.cycles(LAYER)[0].max() < 12
