"""Sense amplifiers through the macro's pins."""

from __future__ import annotations

from typing import Any

import pytest

from chips import Chip, InputError, load_chip
from pymodel.device import Device, load_device
from pymodel.macro import Drive, Macro, Sense
from pymodel.noise import Effects
from pymodel.pins import RESET_DIRECTION
from pymodel.sense import reference_code, reference_ohm, residual_s

ALL = (1 << 20) - 1
BLED_S = 1e-6
GOOD = Sense(0, 0, 4, ALL, True, 180, reference_code(10e3), BLED_S)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.fixture
def macro(chip: Chip, device: Device) -> Macro:
    """Cells 0..3 of row 4 stuck at known resistances, no read noise."""
    macro = Macro(chip, device, seed=5, effects=Effects.none())
    for cell, resistance_ohm in enumerate((1e3, 9.8e3, 10.3e3, 50e3)):
        macro.inject_stuck(0, 0, 4, cell, resistance_ohm)
    return macro


def test_references_double_every_64_codes() -> None:
    assert reference_ohm(0) == 500
    assert reference_ohm(128) == 2000
    assert reference_ohm(1023) == pytest.approx(500 * 2 ** (1023 / 64))
    assert reference_code(2e3) == 128
    assert reference_code(10e3) == 277
    assert reference_code(1e6) == 702


def test_references_beyond_the_codes_are_refused() -> None:
    with pytest.raises(InputError, match="code 1024"):
        reference_ohm(1024)
    with pytest.raises(InputError, match="reference 499 ohm"):
        reference_code(499)


def test_a_bit_is_set_above_the_reference(macro: Macro) -> None:
    assert macro.sense(GOOD) & 0b1111 == 0b1100
    assert macro.sense(GOOD._replace(ref_code=reference_code(2e3))) & 0b1111 == 0b1110
    assert macro.sense(GOOD._replace(ref_code=reference_code(1e6))) & 0b1111 == 0


def test_without_word_line_all_columns_read_open(macro: Macro) -> None:
    assert macro.sense(GOOD._replace(wl_en=False)) == ALL
    assert macro.sense(GOOD._replace(wl_dac=70)) == ALL


def test_columns_that_are_not_enabled_read_open(macro: Macro) -> None:
    assert macro.sense(GOOD._replace(bl_en=0b10)) == ALL & ~0b10


def test_a_weak_word_line_adds_its_channel(macro: Macro) -> None:
    weak = GOOD._replace(wl_dac=100, ref_code=reference_code(10e3))
    assert macro.sense(weak) & 0b1111 == 0b1110


def charge(macro: Macro, columns: int) -> None:
    """High voltage on some columns that no cell answers to."""
    macro.drive(Drive(0, 0, 9, 0, columns, True, 250, 0, 260, RESET_DIRECTION, 1e-6))


def test_a_missing_discharge_makes_high_cells_read_low(macro: Macro) -> None:
    charge(macro, ALL)
    assert macro.sense(GOOD._replace(bleed_s=20e-9)) & 0b1111 == 0
    assert macro.sense(GOOD._replace(bleed_s=200e-9)) & 0b1111 == 0b1100


def test_only_driven_columns_stay_charged(macro: Macro) -> None:
    charge(macro, 0b0100)
    assert macro.sense(GOOD._replace(bleed_s=20e-9)) & 0b1111 == 0b1000


def test_lines_of_another_array_are_not_disturbed(chip: Chip, macro: Macro) -> None:
    macro.inject_stuck(1, 0, 4, 0, 50e3)
    charge(macro, ALL)
    assert macro.sense(GOOD._replace(layer=1, bleed_s=0.0)) & 1


def test_residual_falls_with_the_bleed(device: Device) -> None:
    law = device.sensing
    start = residual_s(law, 2.6, 0.0)
    assert start == pytest.approx(50e-6 * 2.6 / 0.2)
    assert residual_s(law, 2.6, law.bleed_tau_s) == pytest.approx(start / 2.718281828)
    with pytest.raises(InputError, match="bleed time"):
        residual_s(law, 2.6, -1e-9)


def test_sense_noise_blurs_the_decision(chip: Chip, device: Device) -> None:
    noisy = Macro(chip, device, seed=5, effects=Effects(sense_noise=True))
    one_sigma_below = reference_ohm(277) / 1.01
    noisy.inject_stuck(0, 0, 4, 0, one_sigma_below)
    ones = sum(noisy.sense(GOOD) & 1 for _ in range(4000))
    assert ones / 4000 == pytest.approx(0.159, abs=0.03)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("layer", 4),
        ("group", 1),
        ("row", 27),
        ("bl_en", 1 << 20),
        ("ref_code", 1024),
        ("bleed_s", -1e-9),
    ],
)
def test_pins_that_do_not_exist_are_refused(macro: Macro, field: str, value: Any) -> None:
    with pytest.raises(InputError):
        macro.sense(GOOD._replace(**{field: value}))
