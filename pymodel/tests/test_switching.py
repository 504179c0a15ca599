"""The physics of one pulse against its closed forms."""

from __future__ import annotations

import math

import pytest

from chips import InputError
from pymodel.device import Device, load_device
from pymodel.switching import (
    channel_ohm,
    compliance_ohm,
    reset_amplitude_v,
    set_amplitude_v,
    set_landing,
    set_pulse,
    width_shift_v,
)


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


def test_threshold_falls_by_its_slope_per_decade_of_width() -> None:
    assert width_shift_v(0.12, 1e-6) == pytest.approx(0.0)
    assert width_shift_v(0.12, 1e-5) == pytest.approx(0.12)
    assert width_shift_v(0.12, 2e-8) == pytest.approx(0.12 * math.log10(0.02))


@pytest.mark.parametrize("width_s", [0.0, 1e-10, 1.0, math.nan])
def test_a_width_outside_the_law_is_refused(width_s: float) -> None:
    with pytest.raises(InputError, match="pulse width"):
        width_shift_v(0.12, width_s)


def test_compliance_sets_the_low_resistance(device: Device) -> None:
    assert sum(set_landing(device, 1.7)) == pytest.approx(0.4 / (300e-6 * 1.0))
    assert sum(set_landing(device, 1.2)) == pytest.approx(2 * sum(set_landing(device, 1.7)))
    with pytest.raises(InputError, match=r"word line 0\.7 V"):
        set_landing(device, 0.7)


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


def test_form_and_set_may_stop_at_different_voltages() -> None:
    device = load_device("sky130")
    pulse = set_pulse(device, 1.7, 2.4, 1e-6)
    assert pulse.formed_ohm == pytest.approx(0.4 / 28.6e-6)
    assert pulse.excess_ohm == pytest.approx(0.277 / 28.6e-6)
    assert compliance_ohm(device.access, 0.4, 2.0) == pytest.approx(0.4 / (28.6e-6 * 1.3))


def test_the_tuning_curve_falls_to_its_base_exponentially() -> None:
    device = load_device("radar")
    curve = device.tuning
    assert curve
    at_reference = set_landing(device, curve.reference_v)
    assert tuple(at_reference) == pytest.approx((curve.base_ohm, curve.excess_ohm))
    later = set_landing(device, curve.reference_v + 2 * curve.efold_v)
    assert tuple(later) == pytest.approx((curve.base_ohm, curve.excess_ohm * math.exp(-2)))
