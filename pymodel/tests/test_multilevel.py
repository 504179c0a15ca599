"""Weights as pairs of analog conductances, and the network on them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from chips.images import embedded_images, load_images
from chips.weights import Weights, default_weights, load_weights
from pymodel.error_laws import (
    AbsoluteError,
    DeviceLaw,
    NeuRram,
    PcmProgramming,
    RelativeError,
    Span,
)
from pymodel.error_laws.catalog import devices
from pymodel.mac import MacArray
from pymodel.multilevel import (
    analog_weights,
    multilevel_macs,
    pair_targets,
    pair_variance,
    pair_weights,
)
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.rng import FloatArray, Stream, generator, normals

CODES = np.arange(-15, 16, dtype=np.float32)
PCM = next(device for device in devices() if device.name == "PCM")


def noise(index: int, *shape: int) -> FloatArray:
    return normals(generator(1, index, Stream.PRESET), *shape)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


@pytest.fixture(scope="module")
def weights(chip: Chip) -> Weights:
    return load_weights(default_weights(chip), chip)


def test_a_pair_holds_its_weight_and_rests_at_the_least_conductance() -> None:
    window = Span(5.0, 65.0, "uS")
    targets = pair_targets(CODES, 15, window)
    assert targets.min() == 5
    assert targets.max() == 65
    assert (targets[:, CODES == 0] == 5).all()
    assert (targets.min(0) == 5).all()
    assert pair_weights(targets, 15, window) == pytest.approx(CODES, abs=1e-5)
    with pytest.raises(InputError, match=r"weight of 16, allowed are -15\.\.15"):
        pair_targets(np.array([3, -16], np.float32), 15, window)


@pytest.mark.parametrize("high", [10.0, 20.0, 39.0])
def test_errors_of_weights_scale_with_the_window_of_the_cells(high: float) -> None:
    """A cell's error is in uS: half the window is twice the error of the weight."""
    device = DeviceLaw("half", "", Span(0, high, "uS"), NeuRram())
    codes = np.full((1, 100_000), 15, np.float32)
    values = analog_weights(codes, 15, device, 0.0, (1, 0, 0))[0].astype(float)
    top = ((1.536e-4 * high - 1.167e-2) * high + 0.2374) * high + 1.053
    rest = 1.053 * np.sqrt(0.5 - 0.5 / np.pi)  # of an empty cell, which has no negative half
    assert values.std() == pytest.approx(np.hypot(top, rest) * 15 / high, rel=0.01)


@pytest.mark.parametrize("g_max", [1.0, 25.0, 200.0])
def test_generic_errors_do_not_depend_on_the_unit(g_max: float) -> None:
    for law in (AbsoluteError(0.02, g_max), RelativeError(0.02, g_max)):
        device = DeviceLaw("generic", "", Span(g_max / 10, g_max, "uS"), law)
        codes = np.full((1, 100_000), 15, np.float32)
        values, _ = analog_weights(codes, 15, device, 0.0, (1, 0, 0))
        low = 0.02 if isinstance(law, AbsoluteError) else 0.002
        assert values.std() == pytest.approx(np.hypot(0.02, low) / 0.9 * 15, rel=0.01)


def test_read_noise_by_moments_is_that_of_redrawn_cells() -> None:
    """The brute force: 20,000 reads of every cell."""
    codes = generator(1, 0, Stream.PRESET).integers(-15, 16, (2, 20)).astype(np.float32)
    cells, inputs = pair_targets(codes, 15, PCM.window), np.linspace(0, 1, 20, dtype=np.float32)
    assert PCM.read is not None
    sigma = PCM.read.sigma(cells, 1.0)
    variance = pair_variance(sigma, 15, PCM.window)
    rows = np.broadcast_to(inputs[:-1, None, None], (20_000, 19, 1, 1))
    macs = MacArray(1, False, float(inputs[-1]), codes, variance)
    fast = macs.sums(rows, noise(1, 20_000, 2))[..., 0]
    slow = np.zeros((20_000, 2), np.float32)
    for side, sign in enumerate((1, -1)):
        redrawn = cells[side] + sigma[side] * noise(2 + side, 20_000, 2, 20)
        slow += sign * redrawn @ inputs * np.float32(15 / 25)
    assert fast.mean(0) == pytest.approx(slow.mean(0), abs=0.03)
    assert fast.std(0) == pytest.approx(slow.std(0), rel=0.03)


def test_weights_of_a_drifting_device_shrink() -> None:
    """Of the full codes, whose drift exponent is 0.049."""
    codes = np.full((1, 20_000), 15, np.float32)
    fresh, old = (analog_weights(codes, 15, PCM, age_s, (1, 0, 0))[0] for age_s in (1e-3, 86400.0))
    shrunk = old.mean() / fresh.mean()
    assert shrunk == pytest.approx((86420 / 20) ** -0.049, rel=0.01)


def on_device(
    chip: Chip, weights: Weights, device: DeviceLaw, seed: int = 0, die: int = 0
) -> Network:
    effects = Effects(read_noise=True)
    macs = multilevel_macs(chip, weights, device, age_s=1.0, effects=effects, seed=seed, die=die)
    return Network(chip, weights, effects=effects, macs=macs, seed=seed, die=die)


def test_labels_do_not_depend_on_the_batch(chip: Chip, weights: Weights) -> None:
    images = load_images(embedded_images(chip), chip).pixels
    network = on_device(chip, weights, PCM, seed=3, die=2)
    alone = [int(network.labels(images[k : k + 1], k)[0]) for k in range(len(images))]
    assert alone == network.labels(images).tolist()


def test_dies_differ_and_a_die_stays_itself(chip: Chip, weights: Weights) -> None:
    def values(die: int) -> FloatArray:
        return multilevel_macs(chip, weights, PCM, age_s=1.0, effects=Effects.none(), die=die)[
            0
        ].weights

    assert np.array_equal(values(0), values(0))
    assert np.corrcoef(values(0).ravel() - values(1).ravel(), values(0).ravel())[0, 1] < 0.9
    assert not np.array_equal(values(0), values(1))


def test_every_device_runs_the_large_network() -> None:
    chip = load_chip("cifar10")
    weights = load_weights(default_weights(chip), chip)
    images = load_images(embedded_images(chip), chip)
    for device in devices():
        network = on_device(chip, weights, device)
        right = (network.labels(images.pixels[:16]) == images.labels[:16]).mean()
        assert right > 0.5, device.name


def test_an_age_beyond_the_law_is_refused(chip: Chip, weights: Weights) -> None:
    sonos = next(device for device in devices() if device.name == "SONOS")
    with pytest.raises(InputError, match="SonosDrift: age of 600000 s"):
        multilevel_macs(chip, weights, sonos, age_s=6e5, effects=Effects.none())


def test_read_noise_is_that_of_the_device_or_none() -> None:
    device = dataclasses.replace(PCM, read=None, drift=None)
    assert analog_weights(CODES[None], 15, device, 0.0, (0, 0, 0))[1] is None
    assert analog_weights(CODES[None], 15, PCM, 1.0, (0, 0, 0))[1] is not None
    assert isinstance(device.programming, PcmProgramming)
