"""Parameter sets: what they hold and what is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from chips import InputError
from pymodel.device import DEVICES, Device, Level, Tuning, device_names, load_device


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


@pytest.mark.parametrize(("low", "high"), [(-5.0, None), (None, 0.0), (6e3, 5e3), (5e3, 5e3)])
def test_a_window_that_holds_no_resistance_is_refused(
    low: float | None, high: float | None
) -> None:
    with pytest.raises(InputError, match=r"LRS: verify window .* must be above 0 and rise"):
        Level("LRS", verify_lo_ohm=low, verify_hi_ohm=high)


def test_impossible_values_are_refused(device: Device) -> None:
    with pytest.raises(InputError, match="rise in this order"):
        dataclasses.replace(device.resistance, lrs_min_ohm=2e5)
    with pytest.raises(InputError, match="form_pass_ohm"):
        dataclasses.replace(device, form_pass_ohm=5e4)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("form", "over_form_v", 0.0),
        ("resistance", "form_voltage_v", 0.0),
        ("resistance", "filament_log_sigma", 2.1),
        ("resistance", "variation_rms", -0.1),
        ("resistance", "virgin_log_sigma", -0.1),
        ("access", "channel_ohm_v", -1.0),
        ("sensing", "residual_us", -1.0),
        ("disturb", "masked_fraction", 1.1),
        ("relaxation", "tau_us", 0.0),
        ("relaxation", "set_log_sigma", -0.1),
        ("relaxation", "reset_log_sigma", 1.1),
        ("endurance", "life_cycles", 0.0),
        ("endurance", "shape", -1.0),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_name(
    device: Device, table: str, key: str, value: Any
) -> None:
    with pytest.raises(InputError, match=key):
        dataclasses.replace(getattr(device, table), **{key: value})


def test_a_tuning_curve_without_slope_is_refused() -> None:
    with pytest.raises(InputError, match="efold_v"):
        Tuning(base_ohm=4e3, excess_ohm=3e3, reference_v=2.0, efold_v=0.0)


def test_a_key_that_is_missing_or_unknown_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DEVICES / "sky130.toml").read_text()
    (tmp_path / "short.toml").write_text(text.replace("shape = 2.0", ""))
    (tmp_path / "long.toml").write_text(text.replace("shape = 2.0", "shape = 2.0\nspeed = 1.0"))
    monkeypatch.setattr("pymodel.device.DEVICES", tmp_path)
    with pytest.raises(InputError, match="missing key 'shape'"):
        load_device("short")
    with pytest.raises(InputError, match="unknown key 'speed'"):
        load_device("long")
