"""Parameter sets and the physics of one pulse."""

from __future__ import annotations

import dataclasses
import math

import pytest

from chips import InputError
from pymodel.device import (
    Device,
    Level,
    channel_ohm,
    device_names,
    load_device,
    lrs_ohm,
    reset_amplitude_v,
    set_amplitude_v,
    stress_rate,
    width_shift_v,
)


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.mark.parametrize("name", device_names())
def test_every_parameter_set_loads_under_its_name(name: str) -> None:
    assert load_device(name).name == name


def test_an_unknown_set_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'nosuch' is unknown; allowed: .*amer2024"):
        load_device("nosuch")


def test_windows_of_the_default_set_are_those_of_the_seed(device: Device) -> None:
    low, high = device.levels
    assert (low.verify_lo_ohm, low.verify_hi_ohm, low.read_hi_ohm) == (None, 2.0e3, 4.472e3)
    assert (high.verify_lo_ohm, high.read_lo_ohm, high.read_hi_ohm) == (10.0e3, 4.472e3, None)
    assert device.form_pass_ohm == 1.0e6


def test_a_verify_window_wider_than_the_read_window_is_refused() -> None:
    with pytest.raises(InputError, match="LRS: the verify window"):
        Level("LRS", verify_hi_ohm=5e3, read_hi_ohm=4e3)


def test_impossible_values_are_refused(device: Device) -> None:
    with pytest.raises(InputError, match="rise in this order"):
        dataclasses.replace(device.resistance, lrs_min_ohm=2e5)
    with pytest.raises(InputError, match="form_pass_ohm"):
        dataclasses.replace(device, form_pass_ohm=5e4)


def test_threshold_falls_by_its_slope_per_decade_of_width() -> None:
    assert width_shift_v(0.12, 1e-6) == pytest.approx(0.0)
    assert width_shift_v(0.12, 1e-5) == pytest.approx(0.12)
    assert width_shift_v(0.12, 2e-8) == pytest.approx(0.12 * math.log10(0.02))


@pytest.mark.parametrize("width_s", [0.0, 1e-10, 1.0, math.nan])
def test_a_width_outside_the_law_is_refused(width_s: float) -> None:
    with pytest.raises(InputError, match="pulse width"):
        width_shift_v(0.12, width_s)


def test_compliance_sets_the_low_resistance(device: Device) -> None:
    assert lrs_ohm(device, 1.7) == pytest.approx(0.4 / (300e-6 * 1.0))
    assert lrs_ohm(device, 1.2) == pytest.approx(2 * lrs_ohm(device, 1.7))
    with pytest.raises(InputError, match=r"word line 0\.7 V"):
        lrs_ohm(device, 0.7)


def test_word_line_limits_what_reset_brings_to_the_cell(device: Device) -> None:
    assert reset_amplitude_v(device.access, 2.5, 2.6) == pytest.approx(2.5 - 0.7 + 0.26)
    assert reset_amplitude_v(device.access, 5.0, 2.6) == pytest.approx(2.6)
    assert reset_amplitude_v(device.access, 0.0, 2.6) == 0.0


def test_word_line_helps_set_by_its_coefficient(device: Device) -> None:
    assert set_amplitude_v(device.access, 1.7, 2.4) == pytest.approx(2.4)
    assert set_amplitude_v(device.access, 2.0, 2.4) == pytest.approx(2.4 + 0.15 * 0.3)


def test_channel_is_open_below_its_threshold(device: Device) -> None:
    assert channel_ohm(device.access, 1.8) == pytest.approx(300 / 1.1)
    assert channel_ohm(device.access, 0.7) == math.inf


def test_stress_grows_with_the_voltage(device: Device) -> None:
    law = device.disturb
    assert stress_rate(law, law.reference_v) == pytest.approx(1.0)
    assert stress_rate(law, law.reference_v + law.efold_v) == pytest.approx(math.e)
    with pytest.raises(InputError, match="line voltage"):
        stress_rate(law, 7.0)
