"""Energy of the analog core against the sums that it stands for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from chips.weights import Weights
from pymodel.device import Device, load_device
from pymodel.energy import input_load, programming_energy_j
from pymodel.environment import Environment
from pymodel.mac import conv_columns
from pymodel.macro import Drive, Macro, ReadPulse
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.reader_energy import read_energy_j
from pymodel.retention import heated_ohm
from pymodel.switching import compliance_a
from pymodel.tests.samples import Sequencer, random_images, random_weights

IMAGES = 3


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.fixture(scope="module")
def weights(chip: Chip) -> Weights:
    return random_weights(chip)


@pytest.fixture
def macro(chip: Chip, device: Device, weights: Weights) -> Macro:
    found = Macro(chip, device, seed=5, effects=Effects.none())
    found.preset_weights(weights)
    found.read_all(0.0)
    return found


def mac_current_a(chip: Chip, weights: Weights, layer: int, inputs: np.ndarray) -> float:
    """Current of all MAC instances of a layer, one by one, at inputs (channels, height, width)."""
    magnitudes, config = np.abs(weights.codes[layer].astype(float)), chip.layers[layer]
    if config.kind == "conv":
        columns = conv_columns(inputs[None].astype(np.float32), config.kernel)[0]
    else:
        columns = np.append(inputs.ravel(), chip.mac.v_fs_v)[:, None]
    return float(chip.mac.g_lsb_us * 1e-6 * (magnitudes @ columns).sum())


@pytest.mark.parametrize("layer", range(4))
def test_the_load_of_the_inputs_is_that_of_every_instance(
    chip: Chip, weights: Weights, layer: int
) -> None:
    inputs = np.random.default_rng(layer).random(chip.geometry[layer].in_shape)
    magnitudes = np.abs(weights.codes[layer].astype(np.float32))
    load, bias = input_load(chip, chip.geometry[layer], magnitudes)
    found = chip.mac.g_lsb_us * 1e-6 * ((load * inputs).sum() + bias * chip.mac.v_fs_v)
    assert found == pytest.approx(mac_current_a(chip, weights, layer, inputs), rel=1e-6)


def test_energy_of_an_image_whose_bias_is_on_for_one_layer_at_a_time(
    chip: Chip, macro: Macro, weights: Weights
) -> None:
    """Bias from the reset of a layer to the end of its sample, on the outputs of the network."""
    image = random_images(chip, 1)[0]
    held = [*(v[0] for v in Network(chip, weights).forward(image[None]).layers)]
    inputs = [image / 255 * chip.mac.v_fs_v, *held[:-1]]
    sequencer = Sequencer(chip, macro, weights, 1e-6)
    sequencer.put(bias=0)
    macro.open_account(sequencer.now_s)
    macro.load_image(image.ravel())
    mac_j, biased_s = 0.0, []
    for k in range(len(chip.layers)):
        start_s = sequencer.now_s
        sequencer.put(rst=1 << k, bias=1 << k)
        sequencer.reset(1 << k)
        sequencer.integrate(1 << k, weights.t_ctrl[k])
        sequencer.put(bias=0)
        biased_s.append(sequencer.now_s - start_s)
        sequencer.take(1 << k)
        mac_j += 1.8 * mac_current_a(chip, weights, k, inputs[k]) * biased_s[k]
    found = macro.energy(sequencer.now_s)
    assert macro.activity.biased_s == pytest.approx(biased_s)
    assert found.macs == pytest.approx(mac_j * (1 + chip.mac.mirror_ratio), rel=1e-5)
    bias = [(np.prod(g.sum_shape), np.prod(g.out_shape)) for g in chip.geometry]
    per_a = 1.8e-6 * np.array(biased_s) @ np.array(bias)
    assert found.integrators == pytest.approx(per_a[0] * chip.energy.integrator_bias_ua)
    assert found.pools == pytest.approx(per_a[1] * chip.energy.pool_bias_ua)
    assert (found.reads, found.comparators) == (0, 0)


def test_bias_that_stays_on_draws_with_whatever_is_held(
    chip: Chip, macro: Macro, weights: Weights
) -> None:
    """Layer 0 sees the first image until its reset for the second, layer 1 until the sample."""
    images = random_images(chip, 2)
    sequencer = Sequencer(chip, macro, weights, 1e-6)
    sequencer.image(images[0])
    macro.open_account(sequencer.now_s)
    start_s = sequencer.now_s
    sequencer.image(images[1])
    found = macro.energy(sequencer.now_s)
    passed_s, period_s = sequencer.now_s - start_s, 1e-6
    old_s = period_s  # the load clock
    expected = old_s * images[0] / 255 + (passed_s - old_s) * images[1] / 255
    assert macro.activity.volt_s[0] == pytest.approx(expected, rel=1e-6)
    held, phases = Network(chip, weights).forward(images).layers[0], chip.phases
    cycles = phases.reset_cycles + 2 * phases.gap_cycles + phases.sample_cycles
    old_s += (cycles + weights.t_ctrl[0]) * chip.clock.clk_period_s
    expected = old_s * held[0] + (passed_s - old_s) * held[1]
    assert macro.activity.volt_s[1] == pytest.approx(expected, rel=1e-5, abs=1e-12)
    assert macro.activity.biased_s == pytest.approx([passed_s] * len(chip.layers))
    pairs = chip.chip.classes * (chip.chip.classes - 1) / 2
    assert found.comparators == pytest.approx(pairs * chip.energy.comparator_fj * 1e-15)
    assert found.dacs == pytest.approx(chip.image_bytes * chip.energy.input_dac_fj * 1e-15)
    assert found.total == pytest.approx(sum(dataclasses.astuple(found)))


def test_reads_cost_what_their_cells_draw(chip: Chip, macro: Macro) -> None:
    macro.open_account(1e-6)
    for pulse_s in (100e-9, 100e-9, 200e-9):
        macro.read_pulse(ReadPulse(1, 40e-9, pulse_s, 1e-3))
    geometry = chip.geometry[0]
    assert geometry.banks > 1
    last = 2 * geometry.words_per_bank
    cells = macro.resistances(0).reshape(-1, chip.word_cells)[geometry.words_per_bank : last]
    expected = sum(
        float(read_energy_j(chip.reader, cells, 0.0, s).sum()) for s in (100e-9, 100e-9, 200e-9)
    )
    assert macro.energy(2e-3).reads == pytest.approx(expected, rel=1e-5)


def test_warm_reads_cost_what_warm_cells_draw(chip: Chip, device: Device, weights: Weights) -> None:
    hot = Macro(chip, device, seed=5, environment=Environment(398.0))
    hot.preset_weights(weights)
    hot.read_pulse(ReadPulse(0, 40e-9, 100e-9, 1e-3))
    cells = hot.resistances(0).reshape(-1, chip.word_cells)[: chip.geometry[0].words_per_bank]
    warm = heated_ohm(device, cells, 398.0)
    expected = read_energy_j(hot.chip.reader, warm, 0.0, 100e-9).sum()
    assert hot.energy(2e-3).reads == pytest.approx(expected, rel=1e-5)
    assert hot.energy(2e-3).reads > 1.01 * read_energy_j(hot.chip.reader, cells, 0.0, 100e-9).sum()


def test_an_account_starts_empty(chip: Chip, macro: Macro, weights: Weights) -> None:
    sequencer = Sequencer(chip, macro, weights, 1e-6)
    sequencer.image(random_images(chip, 1)[0])
    macro.open_account(sequencer.now_s)
    assert macro.energy(sequencer.now_s).total == 0


def test_programming_takes_the_compliance_of_every_driven_cell(chip: Chip, device: Device) -> None:
    macro = Macro(chip, device, seed=1)
    macro.drive(Drive(0, 0, 0, 0b111, 0, True, 170, 240, 0, SET_DIRECTION, 1e-6))
    macro.drive(Drive(0, 0, 1, 0, 0b1, True, 250, 0, 260, RESET_DIRECTION, 2e-6))
    macro.drive(Drive(0, 0, 1, 0b1, 0, False, 250, 260, 0, SET_DIRECTION, 2e-6))
    limits = [compliance_a(device.access, wl_v) for wl_v in (1.7, 2.5)]
    expected = 3 * 2.4 * limits[0] * 1e-6 + 2.6 * limits[1] * 2e-6
    found = programming_energy_j(chip, device, macro.activity)
    assert found == pytest.approx(expected)


def test_a_negative_assumption_is_refused(chip: Chip) -> None:
    with pytest.raises(InputError, match=r"pool_bias_ua -1\.0 must not be negative"):
        dataclasses.replace(chip.energy, pool_bias_ua=-1.0)
