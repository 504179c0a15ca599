"""Stage noise against the seed's table."""

from __future__ import annotations

import numpy as np
import pytest

from chips import Chip, load_chip
from pymodel.noise import Effects, ImageNoise, stage_noise_v
from pymodel.pool import average_pool
from pymodel.rng import FloatArray


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


@pytest.fixture(scope="module")
def blocks(chip: Chip) -> FloatArray:
    return ImageNoise(chip, 1, 0).blocks(0, 400)


def test_effects_switch_one_by_one() -> None:
    assert not any(vars(Effects.none()).values())
    assert all(vars(Effects.all()).values())


def test_one_gaussian_stands_for_noise_before_and_after_the_pool(chip: Chip) -> None:
    rng, layer = np.random.default_rng(0), chip.layers[3]
    before = rng.normal(-0.0012, 0.041, (40, 8, 32, 32)).astype(np.float32)
    after = average_pool(before, 2) + rng.normal(0.0015, 0.001, (40, 8, 16, 16))
    mean, rms = stage_noise_v(layer, 1.0)
    assert after.mean() == pytest.approx(mean, abs=3e-4)
    assert after.std() == pytest.approx(rms, rel=0.01)


@pytest.mark.parametrize(
    ("layer", "mean", "rms"),
    [
        (0, 0.00187, 0.0116),
        (1, 0.0018, 0.01155),
        (2, 0.0032, 0.01453),
        (3, 0.0003, 0.02052),
        (4, 0.0033, 0.062),
        (5, 0.0016, 0.094),
    ],
)
def test_noise_has_the_moments_of_the_table(
    chip: Chip, blocks: FloatArray, layer: int, mean: float, rms: float
) -> None:
    noise = ImageNoise(chip, 1, 0).of_stage(blocks, layer)
    assert noise.shape == (400, *chip.geometry[layer].out_shape)
    assert noise.mean() == pytest.approx(mean, abs=4 * rms / np.sqrt(noise.size))
    assert noise.std() == pytest.approx(rms, rel=0.03)


def test_comparators_have_their_own_noise(chip: Chip, blocks: FloatArray) -> None:
    noise = ImageNoise(chip, 1, 0).of_comparators(blocks)
    assert noise.shape == (400, 45)
    assert noise.std() == pytest.approx(0.5e-3, rel=0.03)


def test_noise_of_an_image_does_not_depend_on_what_was_drawn_before(chip: Chip) -> None:
    noise = ImageNoise(chip, 1, 0)
    alone = ImageNoise(chip, 1, 0).block(7)
    for image in (9, 7, 3, 7):
        drawn = noise.block(image)
        assert np.array_equal(drawn, alone) == (image == 7)
    assert not np.array_equal(alone, ImageNoise(chip, 1, 1).block(7))
