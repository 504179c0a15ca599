"""The write-verify rules on cells whose answers are known."""

from __future__ import annotations

import dataclasses
from itertools import islice
from typing import Any

import pytest

from chips import Chip, load_chip
from pymodel.device import Device, Level, load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from pymodel.write_verify import Word, ramp_points, window_codes


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("radar")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("radar")


def limited(chip: Chip, **limits: Any) -> Chip:
    """The chip with other limits."""
    return dataclasses.replace(chip, programming=dataclasses.replace(chip.programming, **limits))


def word(chip: Chip, device: Device, row: int = 0) -> Word:
    macro = Macro(chip, device, seed=7, effects=Effects.none())
    return Word(chip, device, macro, (0, 0, row), 1)


def test_ramps_walk_their_nesting_and_stay_at_the_last_point(chip: Chip) -> None:
    ramp = dataclasses.replace(
        chip.programming.reset,
        nesting="line,width,wl",
        wl_start_mv=1000,
        wl_stop_mv=1250,
        wl_step_mv=100,
        line_start_mv=2000,
        line_stop_mv=2100,
        line_step_mv=100,
    )
    points = [(p["wl"], p["line"]) for p in islice(ramp_points(ramp), 8)]
    first = [(wl, 2000) for wl in (1000, 1100, 1200)]
    assert points == [*first, *((wl, 2100) for wl in (1000, 1100, 1200, 1200, 1200))]


def test_window_codes_lie_within_the_window() -> None:
    assert window_codes(Level("x", verify_lo_ohm=5.77e3, verify_hi_ohm=6.01e3)) == (226, 229)
    assert window_codes(Level("x", verify_hi_ohm=1e3)) == (0, 64)
    assert window_codes(Level("x", verify_lo_ohm=1e3)) == (64, 1023)


def test_a_formed_cell_gets_no_form_pulse(chip: Chip, device: Device) -> None:
    cell = word(chip, device, row=3)
    assert cell.form() == 0
    assert cell.pulses["form"] > 0
    cell.pulses.clear()
    assert cell.form() == 0
    assert not cell.pulses


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_written_cell_is_in_its_window_and_is_not_pulsed_again(
    chip: Chip, device: Device, level: int
) -> None:
    cell = word(chip, device, row=3)
    cell.form()
    assert cell.write([level]) == 0
    lo, hi = device.levels[level].verify_lo_ohm, device.levels[level].verify_hi_ohm
    assert (lo or 0) < cell.macro.resistances(0)[0, 3, 0] <= (hi or 1e9)
    assert cell.verify([level]) == 0
    cell.pulses.clear()
    assert cell.write([level]) == 0
    assert not cell.pulses


@pytest.mark.parametrize(
    ("limits", "level", "stuck_ohm", "pulses"),
    [
        ({"max_pulses_set": 3}, 0, 50e3, {"set": 3}),
        ({"max_pulses_reset": 5}, 3, 1e3, {"reset": 5}),
        ({"max_pulses_total": 2}, 0, 50e3, {"set": 2}),
    ],
)
def test_a_stuck_cell_fails_at_its_limit(
    chip: Chip,
    device: Device,
    limits: dict[str, int],
    level: int,
    stuck_ohm: float,
    pulses: dict[str, int],
) -> None:
    cell = word(limited(chip, **limits), device)
    cell.macro.inject_stuck(0, 0, 0, 0, stuck_ohm)
    assert cell.write([level]) == 1
    assert cell.pulses == pulses


def test_form_spends_the_limit_of_all_pulses(chip: Chip, device: Device) -> None:
    """What FORM pulses have taken is not left for the RESET that follows them."""
    cell = word(chip, device, row=3)
    assert cell.form() == 0
    assert cell.pulses["reset"] > 0
    forms = cell.pulses["form"]
    short = word(limited(chip, max_pulses_total=forms), device, row=3)
    assert short.form() == 1
    assert short.pulses == {"form": forms}


def test_form_accepts_a_cell_by_two_reads_in_a_row(chip: Chip, device: Device) -> None:
    cell = word(chip, device, row=3)
    cell.form()
    before = cell.macro.statistics.senses
    cell.form()
    assert cell.macro.statistics.senses - before == 2


def test_no_reversal_is_left_after_the_last(chip: Chip, device: Device) -> None:
    """A SET that is too strong overshoots the window each time."""
    steep = dataclasses.replace(chip.programming.set, wl_start_mv=2600)
    cell = word(limited(chip, set=steep, max_reversals=4), device, row=5)
    cell.form()
    cell.pulses.clear()
    assert cell.write([2]) == 1
    assert cell.pulses["set"] == 3
    assert cell.pulses["reset"] >= 2


def test_a_cell_is_accepted_by_two_reads_in_a_row(chip: Chip, device: Device) -> None:
    """The lowest level is read against one reference: once after each pulse and twice more."""
    cell = word(chip, device, row=3)
    cell.form()
    before = dataclasses.replace(cell.macro.statistics)
    assert cell.write([0]) == 0
    pulses = cell.macro.statistics.drives - before.drives
    assert pulses > 3
    assert cell.macro.statistics.senses - before.senses == pulses + 2
