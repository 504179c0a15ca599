"""What pulses do to cells, through the macro's programming pins."""

from __future__ import annotations

import dataclasses
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from chips import Chip, InputError, load_chip
from pymodel.device import Device, load_device
from pymodel.macro import Drive, Macro
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION

LAYER = 2  # of cifar10: 8 groups, 288 rows, 40 cells
ALL = (1 << 40) - 1
FORM_POINT = (2.0, 3.1)
RESET_POINT = (3.0, 3.0)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.fixture
def macro(chip: Chip, device: Device) -> Macro:
    return Macro(chip, device, seed=11)


def drive(
    macro: Macro,
    point: tuple[float, float],
    *,
    reset: bool = False,
    row: int | None = None,
    columns: int = ALL,
    wl_en: bool = True,
    polarity: int | None = None,
    width_s: float = 1e-6,
) -> None:
    """One pulse (word line, line in volts) on a row of group 0, or on all rows."""
    direction = RESET_DIRECTION if reset else SET_DIRECTION
    wl, line = (round(volts * 100) for volts in point)
    for r in range(288) if row is None else (row,):
        macro.drive(
            Drive(
                *(LAYER, 0, r),
                *((0, columns) if reset else (columns, 0)),
                *(wl_en, wl),
                *((0, line) if reset else (line, 0)),
                direction if polarity is None else polarity,
                width_s,
            )
        )


def cells(macro: Macro) -> npt.NDArray[np.float32]:
    """Resistances of group 0."""
    group: npt.NDArray[np.float32] = macro.resistances(LAYER)[0]
    return group


def rate(macro: Macro) -> float:
    """Part of the cells of group 0 that is formed."""
    return float(macro.formed(LAYER)[0].mean())


def formed_low(macro: Macro) -> Macro:
    """Group 0 formed and set."""
    for _ in range(3):
        drive(macro, FORM_POINT)
    assert rate(macro) == 1
    return macro


def formed_high(macro: Macro) -> Macro:
    """Group 0 formed and reset."""
    drive(formed_low(macro), RESET_POINT, reset=True)
    return macro


def test_virgin_cells_are_above_10_megohm(macro: Macro) -> None:
    assert cells(macro).min() >= 10e6
    assert rate(macro) == 0


@pytest.mark.parametrize("point", [(1.4, 2.6), (1.7, 2.5)])
def test_form_rate_follows_the_threshold_distribution(
    macro: Macro, device: Device, point: tuple[float, float]
) -> None:
    law = device.form
    spread = NormalDist(law.threshold_v, np.hypot(law.cell_sigma_v, law.cycle_sigma_v))
    drive(macro, point)
    assert rate(macro) == pytest.approx(spread.cdf(point[1] + 0.15 * (point[0] - 1.7)), abs=0.015)


def test_form_needs_the_word_line(macro: Macro) -> None:
    drive(macro, FORM_POINT, wl_en=False)
    drive(macro, (0.6, 3.1))
    assert rate(macro) == 0


def test_form_with_the_other_polarity_does_nothing(macro: Macro) -> None:
    drive(macro, FORM_POINT, polarity=RESET_DIRECTION)
    assert rate(macro) == 0


def test_the_polarity_pin_routes_the_high_voltage(macro: Macro) -> None:
    low = cells(formed_low(macro))
    drive(macro, RESET_POINT, polarity=RESET_DIRECTION)  # on the bit lines
    drive(macro, RESET_POINT, reset=True, polarity=SET_DIRECTION)  # on the source lines
    assert np.array_equal(low, cells(macro))


def test_reset_does_not_touch_virgin_cells(macro: Macro) -> None:
    before = cells(macro)
    drive(macro, RESET_POINT, reset=True)
    assert np.array_equal(before, cells(macro))


def test_masked_columns_and_other_rows_stay(macro: Macro) -> None:
    before = cells(macro)
    drive(macro, FORM_POINT, row=7, columns=0b1011)
    changed = np.argwhere(before != cells(macro))
    assert {tuple(c) for c in changed} == {(7, 0), (7, 1), (7, 3)}


def test_form_and_set_land_within_the_bounded_variation(macro: Macro) -> None:
    low = cells(formed_low(macro))
    assert low.min() >= 800
    assert low.max() <= 2e3
    drive(macro, RESET_POINT, reset=True)
    drive(macro, (1.7, 3.0))
    assert 800 <= cells(macro).min() < cells(macro).max() <= 2e3
    assert np.median(cells(macro)) == pytest.approx(0.4 / 300e-6, rel=0.01)


def test_a_weak_word_line_leaves_a_higher_resistance(macro: Macro) -> None:
    drive(formed_high(macro), (1.4, 3.0))
    assert np.median(cells(macro)) == pytest.approx(0.4 / (300e-6 * 0.7), rel=0.01)


def test_reset_lands_between_10_and_100_kilohm_at_the_end_of_its_ramp(macro: Macro) -> None:
    high = cells(formed_high(macro))
    assert 10e3 < high.min() < high.max() <= 100e3


def test_reset_is_gradual(macro: Macro) -> None:
    formed_low(macro)
    medians = []
    for wl in (2.2, 2.4, 2.6, 2.8):
        drive(macro, (wl, 2.6), reset=True)
        medians.append(float(np.median(cells(macro))))
    assert medians == sorted(medians)
    assert medians[0] < 7e3 < 20e3 < medians[-1]


def test_the_word_line_limits_reset(macro: Macro) -> None:
    low = cells(formed_low(macro))
    drive(macro, (1.6, 3.3), reset=True)
    assert np.array_equal(low, cells(macro))


def test_set_rate_follows_the_width(macro: Macro, device: Device) -> None:
    law = device.set
    spread = NormalDist(law.threshold_v, np.hypot(law.cell_sigma_v, law.cycle_sigma_v))
    for width_s, shift_v in ((1e-7, -0.12), (1e-6, 0.0), (1e-5, 0.12)):
        drive(formed_high(macro), (1.7, 2.2), width_s=width_s)
        expected = spread.cdf(2.2 + shift_v)
        assert (cells(macro) < 4472).mean() == pytest.approx(expected, abs=0.02)


def test_set_never_raises_and_reset_never_lowers(macro: Macro) -> None:
    before = cells(formed_low(macro))
    drive(macro, (1.7, 3.0))
    after_set = cells(macro)
    assert (after_set <= before).all()
    drive(macro, (2.4, 2.6), reset=True)
    assert (cells(macro) >= after_set).all()


def test_a_glitch_under_a_nanosecond_moves_nothing(macro: Macro) -> None:
    drive(macro, FORM_POINT, width_s=5e-10)
    assert rate(macro) == 0


def test_cycles_count_sets_from_the_high_state_only(macro: Macro) -> None:
    formed_low(macro)
    assert (macro.cycles(LAYER)[0] == 1).all()
    drive(macro, (1.7, 3.0))
    assert (macro.cycles(LAYER)[0] == 1).all()
    drive(macro, RESET_POINT, reset=True)
    drive(macro, (1.7, 3.0))
    assert (macro.cycles(LAYER)[0] == 2).all()


def test_a_stuck_cell_keeps_its_resistance(macro: Macro) -> None:
    macro.inject_stuck(LAYER, 0, 3, 5, 3.3e3)
    drive(formed_low_but(macro), RESET_POINT, reset=True)
    assert cells(macro)[3, 5] == pytest.approx(3.3e3)
    assert (np.delete(cells(macro)[3], 5) > 10e3).all()


def formed_low_but(macro: Macro) -> Macro:
    """Group 0 formed, whatever sticks."""
    for _ in range(3):
        drive(macro, FORM_POINT)
    return macro


def test_lanes_that_do_not_exist_are_open_and_cannot_be_stuck(macro: Macro) -> None:
    last = macro.resistances(5)
    assert np.isinf(last[1, :, 10:]).all()
    assert np.isfinite(last[1, :, :10]).all()
    with pytest.raises(InputError, match="fewer lanes"):
        macro.inject_stuck(5, 1, 0, 10, 1e3)


def test_half_selected_cells_move_only_beyond_the_budget(chip: Chip, device: Device) -> None:
    budget_s = 20e-6
    small = dataclasses.replace(
        device, disturb=dataclasses.replace(device.disturb, budget_s=budget_s, efold_v=1e3)
    )
    macro = Macro(chip, small, seed=11)
    for _ in range(3):
        drive(macro, FORM_POINT, row=9)
    macro.inject_stuck(LAYER, 0, 9, 1, 2e4)
    drive(macro, RESET_POINT, reset=True, row=9)
    before = cells(macro)[9]
    drive(macro, (1.7, 2.4), row=3, width_s=0.9 * budget_s)
    assert np.array_equal(before, cells(macro)[9])
    drive(macro, (1.7, 2.4), row=3, width_s=1.1 * budget_s)
    moved = cells(macro)[9]
    assert moved[1] == before[1]
    others = np.arange(40) != 1
    assert moved[others] == pytest.approx(before[others] / 2, rel=0.02)


def test_a_pulse_makes_a_cell_forget_its_stress(chip: Chip, device: Device) -> None:
    small = dataclasses.replace(
        device, disturb=dataclasses.replace(device.disturb, budget_s=10e-6, efold_v=1e3)
    )
    macro = Macro(chip, small, seed=11)
    drive(macro, (1.7, 3.1), row=3, width_s=30e-6)
    drive(macro, FORM_POINT, row=9)
    drive(macro, (3.0, 3.0), reset=True, row=9)
    fresh = cells(macro)[9]
    drive(macro, (1.7, 2.4), row=3, width_s=5e-6)
    assert np.array_equal(fresh, cells(macro)[9])


def test_the_same_die_is_the_same_and_another_is_not(chip: Chip, device: Device) -> None:
    first, again, other = (Macro(chip, device, seed=3, die=d) for d in (0, 0, 1))
    for macro in (first, again, other):
        drive(macro, (1.6, 2.6))
    assert np.array_equal(cells(first), cells(again))
    assert not np.array_equal(cells(first), cells(other))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("layer", 6),
        ("group", 8),
        ("row", 288),
        ("bl_en", 1 << 40),
        ("wl_dac", 512),
        ("bl_dac", -1),
        ("duration_s", -1e-6),
        ("duration_s", 1.0),
    ],
)
def test_pins_that_do_not_exist_are_refused(macro: Macro, field: str, value: Any) -> None:
    good = Drive(LAYER, 0, 0, ALL, 0, True, 170, 240, 0, SET_DIRECTION, 1e-6)
    with pytest.raises(InputError):
        macro.drive(good._replace(**{field: value}))
