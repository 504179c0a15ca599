"""Temperature, age and dose of a die against their closed forms."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from chips.weights import Weights, word_masks
from pymodel.cell import BoolArray
from pymodel.device import Device, load_device
from pymodel.environment import Environment, chip_in
from pymodel.macro import Macro
from pymodel.reader import divider_v, droop_s, safe_node_v
from pymodel.retention import heated_ohm
from pymodel.rng import FloatArray
from pymodel.tests.samples import random_weights

HOT_K, COLD_K = 398.0, 233.0


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.fixture(scope="module")
def weights(chip: Chip) -> Weights:
    return random_weights(chip)


def gates(chip: Chip, device: Device, weights: Weights, environment: Environment) -> FloatArray:
    """Gates of the cells of layer 0, as they are read in an environment."""
    macro = Macro(chip, device, seed=1, environment=environment)
    macro.preset_weights(weights)
    macro.read_all(0.0)
    return macro.gates(0, 0.0)[existing(chip)]


def existing(chip: Chip) -> BoolArray:
    """Which cells of layer 0 exist, bool (words, cells)."""
    return word_masks(chip)[: chip.geometry[0].words]


def test_at_300_k_without_dose_a_chip_is_itself(chip: Chip) -> None:
    assert chip_in(chip, Environment()) is chip
    assert chip_in(chip, Environment(age_s=1e8)) is chip


@pytest.mark.parametrize("temperature_k", [COLD_K, 273.0, HOT_K])
def test_heat_moves_the_circuit_by_its_laws(chip: Chip, temperature_k: float) -> None:
    hot = chip_in(chip, Environment(temperature_k))
    over_k = temperature_k - 300
    assert hot.mac.g_lsb_us == pytest.approx(chip.mac.g_lsb_us * (temperature_k / 300) ** -1.5)
    leakage = 2 ** (over_k / 10)
    assert hot.reader.leak_tau_us == pytest.approx(chip.reader.leak_tau_us / leakage)
    assert hot.mac.hold_tau_us == pytest.approx(chip.mac.hold_tau_us / leakage)
    assert hot.reader.r_ref_ohm == pytest.approx(chip.reader.r_ref_ohm * (1 + 1e-4 * over_k))
    assert hot.reader.inverter_threshold_v == pytest.approx(
        chip.reader.inverter_threshold_v + 0.2e-3 * over_k
    )
    assert dataclasses.replace(hot, mac=chip.mac, reader=chip.reader) == chip


@pytest.mark.parametrize(
    ("name", "temperature_k"), [("cifar10", COLD_K), ("radar", COLD_K), ("radar", HOT_K)]
)
def test_heat_does_not_rewire_the_banks(name: str, temperature_k: float) -> None:
    """The reference that a bank was sized for is that of 300 K; the controller knows no other."""
    chip = load_chip(name)
    assert chip_in(chip, Environment(temperature_k)).geometry == chip.geometry


def test_dose_shifts_the_threshold_and_adds_leakage(chip: Chip) -> None:
    struck = chip_in(chip, Environment(dose_krad=250.0))
    shift_v = struck.reader.inverter_threshold_v - chip.reader.inverter_threshold_v
    assert shift_v == pytest.approx(250 * -0.2e-3)
    assert struck.reader.leak_tau_us == pytest.approx(chip.reader.leak_tau_us / 3.5)
    assert struck.mac.hold_tau_us == pytest.approx(chip.mac.hold_tau_us / 3.5)
    assert struck.mac.g_lsb_us == chip.mac.g_lsb_us


@pytest.mark.parametrize("environment", [Environment(310.0), Environment(dose_krad=100.0)])
def test_nodes_lose_their_weight_as_much_earlier_as_they_leak(
    chip: Chip, device: Device, environment: Environment
) -> None:
    """Of cells that are all alike; 10 K and 100 krad each double the leakage."""
    same = dataclasses.replace(device.resistance, variation_rms=1e-9)
    device = dataclasses.replace(device, resistance=same)
    empty = Weights(
        tuple(np.zeros((g.filters, g.rows), np.int8) for g in chip.geometry), (16,) * 4, (0,) * 4
    )
    macro = Macro(chip, device, seed=1, environment=environment)
    macro.preset_weights(empty)
    macro.read_all(0.0)
    reader = chip_in(chip, environment).reader
    assert reader.leak_tau_us == pytest.approx(chip.reader.leak_tau_us / 2)
    low_ohm = heated_ohm(device, macro.resistances(0)[0, 0, :1], environment.temperature_k)
    node_v = float(divider_v(reader, low_ohm)[0])
    safe_s = droop_s(reader, node_v, safe_node_v(reader))
    assert not macro.gates(0, safe_s * 0.999)[existing(chip)].any()
    assert macro.gates(0, safe_s * 1.001)[existing(chip)].any()


def test_a_dose_beyond_the_margin_turns_every_gate_off(
    chip: Chip, device: Device, weights: Weights
) -> None:
    """The threshold falls below the nodes of the high-resistance cells."""
    fresh = gates(chip, device, weights, Environment())
    assert set(np.unique(fresh)) == {0.0, 1.0}
    high_v = float(divider_v(chip.reader, np.array([10e3], np.float32))[0])
    margin_mv = (chip.reader.inverter_threshold_v - high_v) * 1e3
    soft = dataclasses.replace(chip.dose, inverter_mv_per_krad=-(margin_mv - 30) / 500)
    hard = dataclasses.replace(chip.dose, inverter_mv_per_krad=-(chip.reader.vdd_v / 2 * 990) / 500)
    for dose, expected in ((soft, fresh), (hard, np.zeros_like(fresh))):
        struck = dataclasses.replace(chip, dose=dose)
        assert np.array_equal(
            gates(struck, device, weights, Environment(dose_krad=500.0)), expected
        )


def test_old_cells_that_were_baked_lose_their_weights(
    chip: Chip, device: Device, weights: Weights
) -> None:
    """A gap that closes fast enough: the high state falls below the reference in ten years."""
    weak = dataclasses.replace(
        device, retention=dataclasses.replace(device.retention, high_log_rate=-0.5)
    )
    fresh = gates(chip, weak, weights, Environment())
    assert np.array_equal(fresh, gates(chip, device, weights, Environment(age_s=3e8)))
    assert np.array_equal(fresh, gates(chip, weak, weights, Environment(age_s=1.0)))
    old = gates(chip, weak, weights, Environment(age_s=3e8))
    assert old.mean() < 0.5 * fresh.mean()


def test_rest_of_a_macro_is_the_age_of_its_environment(
    chip: Chip, device: Device, weights: Weights
) -> None:
    environment = Environment(HOT_K, age_s=1e5)
    old = Macro(chip, device, seed=1, environment=environment)
    young = Macro(chip, device, seed=1, environment=Environment(HOT_K))
    for macro in (old, young):
        macro.preset_weights(weights)
    assert not np.array_equal(old.resistances(0), young.resistances(0))
    young.rest(environment)
    assert np.array_equal(old.resistances(0), young.resistances(0))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((232.9, 0, 0), r"temperature of 232.9 K, allowed are 233\.\.398 K"),
        ((398.1, 0, 0), "temperature of 398.1 K"),
        ((math.nan, 0, 0), "temperature of nan K"),
        ((300, -1, 0), r"age of -1 s, allowed are 0\.\.3.2e\+08 s"),
        ((300, 0, 501), r"dose of 501 krad\(Si\), allowed are 0\.\.500 krad\(Si\)"),
    ],
)
def test_an_environment_out_of_range_is_refused(
    values: tuple[float, float, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Environment(*values)


def test_a_threshold_beyond_the_supply_is_refused(chip: Chip) -> None:
    struck = dataclasses.replace(
        chip, dose=dataclasses.replace(chip.dose, inverter_mv_per_krad=-10.0)
    )
    with pytest.raises(InputError, match=r"300 K, 200 krad\(Si\): reader: inverter_threshold_v"):
        chip_in(struck, Environment(dose_krad=200.0))
