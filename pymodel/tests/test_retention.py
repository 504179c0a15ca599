"""Retention and the temperature of cells against their closed forms."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from pymodel.cell import CellArray
from pymodel.device import Device, load_device
from pymodel.pins import Sense
from pymodel.programming_side import ProgrammingSide
from pymodel.retention import acceleration, heated_ohm, high_share, retained_ohm
from pymodel.rng import Stream, generator
from pymodel.sense import reference_ohm
from pymodel.switching import ResetPulse, constant

TEN_YEARS_S = 3.156e8
HOT_K = 398.0
ENDS_OHM = np.array([1e3, 2e3, math.sqrt(2e7), 1e4, 5e4], np.float32)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


def preset(chip: Chip, device: Device, temperature_k: float = 300.0) -> CellArray:
    """Cells of layer 0, every other one high."""
    array = CellArray(chip, device, 0, 1, 0, temperature_k)
    high = np.zeros(array.shape, np.bool_)
    high[..., ::2] = True
    array.preset(high, 1.7, generator(1, 0, Stream.PRESET))
    return array


def test_heat_speeds_up_by_the_law_of_arrhenius() -> None:
    assert acceleration(1.2, 300.0) == 1
    expected = math.exp(1.2 * 1.602176634e-19 / 1.380649e-23 * (1 / 300 - 1 / HOT_K))
    assert acceleration(1.2, HOT_K) == pytest.approx(expected, rel=1e-6)
    assert acceleration(1.2, HOT_K) == pytest.approx(9.27e4, rel=0.01)
    assert acceleration(1.2, 233.0) < 1e-5


def test_cells_between_the_levels_follow_both_laws(device: Device) -> None:
    assert high_share(device, ENDS_OHM) == pytest.approx([0, 0, 0.5, 1, 1], abs=1e-6)
    assert high_share(device, np.array([np.inf], np.float32)) == 1


@pytest.mark.parametrize("temperature_k", [233.0, 330.0, HOT_K])
def test_low_cells_are_metals_and_high_cells_are_activated(
    device: Device, temperature_k: float
) -> None:
    low = 1 + 1e-3 * (temperature_k - 300)
    high = math.exp(0.04 / 8.617333262e-5 * (1 / temperature_k - 1 / 300))
    factors = heated_ohm(device, ENDS_OHM, temperature_k) / ENDS_OHM
    assert factors == pytest.approx([low, low, math.sqrt(low * high), high, high], rel=1e-5)


def test_at_300_k_cells_are_themselves(device: Device) -> None:
    assert heated_ohm(device, ENDS_OHM, 300.0) is ENDS_OHM


def test_ln_r_drifts_with_the_decades_of_time(device: Device) -> None:
    kept = retained_ohm(device, ENDS_OHM, np.zeros(5), TEN_YEARS_S)
    decades = math.log10(1 + TEN_YEARS_S / 1e3)
    rates = np.array([0.02, 0.02, -0.015, -0.05, -0.05])
    assert np.log(kept / ENDS_OHM) == pytest.approx(rates * decades, rel=1e-4)
    assert np.array_equal(retained_ohm(device, ENDS_OHM, np.zeros(5), 0.0), ENDS_OHM)


@pytest.mark.parametrize("temperature_k", [300.0, 358.0, HOT_K])
def test_an_array_that_rests_drifts_faster_in_heat(
    chip: Chip, device: Device, temperature_k: float
) -> None:
    array = preset(chip, device)
    before = array.resistances().copy()
    array.rest(1e6, temperature_k)
    decades = math.log10(1 + 1e3 * acceleration(1.2, temperature_k))
    for cells, rate in ((before < 2e3, 0.02), (array.formed & (before > 1e4), -0.05)):
        shift = np.log(array.resistances()[cells] / before[cells])
        assert shift == pytest.approx(rate * decades, abs=2e-6)


def test_a_rest_of_negative_time_is_refused(chip: Chip, device: Device) -> None:
    with pytest.raises(InputError, match="rest of -1 s"):
        preset(chip, device).rest(-1.0, 300.0)


def test_two_rests_are_one(chip: Chip, device: Device) -> None:
    once, twice = preset(chip, device), preset(chip, device)
    once.rest(1e6, 300.0)
    twice.rest(3e5, 300.0)
    twice.rest(7e5, 300.0)
    sure = once.formed & ((once.resistances() < 1.9e3) | (once.resistances() > 1.1e4))
    assert twice.resistances()[sure] == pytest.approx(once.resistances()[sure], rel=1e-5)


def test_only_formed_cells_that_are_not_stuck_age(chip: Chip, device: Device) -> None:
    virgin = CellArray(chip, device, 0, 1, 0)
    before = virgin.resistances().copy()
    virgin.rest(TEN_YEARS_S, HOT_K)
    assert np.array_equal(virgin.resistances(), before)
    array = preset(chip, device)
    array.stick(0, 0, 0, 30e3)
    array.rest(TEN_YEARS_S, HOT_K)
    assert array.resistances()[0, 0, 0] == np.float32(30e3)


def test_a_cell_that_switches_is_young_again(chip: Chip, device: Device) -> None:
    """It drifts by the first decades once more, its neighbours by later ones."""
    array = preset(chip, device)
    array.rest(1e6, 300.0)
    first, draws = np.arange(array.shape[2]) == 0, np.ones((6, array.shape[2]), np.float32)
    array.reset_pulse(0, 0, first, ResetPulse(constant(1.5)), draws, 0.0)
    before = array.resistances()[0, 0].copy()
    array.rest(1e6, 300.0)
    shift = np.log(array.resistances()[0, 0, :3] / before[:3])
    assert shift[0] == pytest.approx(-0.05 * math.log10(1001), abs=2e-6)
    assert shift[2] == pytest.approx(-0.05 * math.log10(2001 / 1001), abs=2e-6)


def test_relaxation_goes_on_while_cells_rest_and_faster_in_heat(chip: Chip) -> None:
    device = load_device("sky130")
    still = dataclasses.replace(device.retention, low_log_rate=0.0, high_log_rate=0.0)
    device = dataclasses.replace(device, retention=still)
    tau_s = device.relaxation.tau_us * 1e-6
    for used_k, rest_k, age_s in ((300.0, 300.0, 0.1), (300.0, 358.0, 1e-3), (358.0, 300.0, 0.1)):
        array = preset(chip, device, used_k)
        before = array.resistances().copy()
        high = array.formed & (before > 1e6)
        array.rest(age_s, rest_k)
        array.words(0, array.shape[0] * array.shape[1], 0.0)
        decades = math.log10(1 + age_s * acceleration(1.2, rest_k) / tau_s)
        moved = np.log(array.resistances()[high] / before[high])
        sigma = device.relaxation.reset_log_sigma * decades
        assert moved.std() == pytest.approx(sigma, rel=4 / math.sqrt(2 * high.sum()))
        assert abs(moved.mean()) < 4 * sigma / math.sqrt(high.sum())


def test_a_sense_amplifier_sees_the_cells_at_their_temperature(chip: Chip, device: Device) -> None:
    """A code between the cold and the hot resistance of a high cell tells them apart."""
    answers = []
    for temperature_k in (300.0, HOT_K):
        side = ProgrammingSide(chip, device, 1, 0, temperature_k)
        side.sense_noise = False
        side.arrays[0].stick(0, 0, 0, 30e3)
        seen = 30e3 * math.exp(0.04 / 8.617333262e-5 * (1 / HOT_K - 1 / 300))
        code = round(64 * math.log2(math.sqrt(30e3 * seen) / 500))
        assert seen < reference_ohm(code) < 30e3
        answers.append(side.sense(Sense(0, 0, 0, 1, True, 180, code, 1.0, 0.0)) & 1)
    assert answers == [1, 0]


@pytest.mark.parametrize(
    ("table", "key", "value", "message"),
    [
        ("retention", "tau_s", 0.0, "tau_s must be above 0"),
        ("retention", "activation_ev", 3.5, r"activation_ev must be in 0\.\.3"),
        ("retention", "high_log_rate", -1.5, r"must be in -1\.\.1"),
        ("heat", "low_per_k", 0.01, r"low_per_k must be in"),
        ("heat", "high_ev", -0.1, r"high_ev must be in 0\.\.0.5"),
    ],
)
def test_impossible_parameters_are_refused(
    device: Device, table: str, key: str, value: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        dataclasses.replace(getattr(device, table), **{key: value})
