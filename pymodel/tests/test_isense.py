"""Scale and offset of the current mirrors."""

from __future__ import annotations

import numpy as np
import pytest

from chips import Chip, load_chip
from pymodel.isense import Mirrors


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


def test_every_integrator_has_its_mirror(chip: Chip) -> None:
    mirrors = Mirrors.draw(chip, 0, 1, 0)
    assert mirrors.scale.shape == mirrors.offset.shape == (16, 1024)
    assert (mirrors.scale - 1).std() == pytest.approx(0.005, rel=0.03)
    lsb_a = chip.mac.g_lsb_us * 1e-6  # at 1 V
    assert mirrors.offset.std() == pytest.approx(2.5e-9 / lsb_a, rel=0.03)


def test_mirrors_belong_to_the_die(chip: Chip) -> None:
    first, same, other = (Mirrors.draw(chip, 1, 1, die) for die in (0, 0, 1))
    assert np.array_equal(first.offset, same.offset)
    assert not np.array_equal(first.scale, other.scale)


def test_sums_are_scaled_and_shifted() -> None:
    scale, offset = np.array([[[1.5, 1.0]], [[0.0, -0.25]]], np.float32)
    found = Mirrors(scale, offset).sensed(np.array([[[2, 2]], [[4, 4]]], np.float32))
    assert found.tolist() == [[[3, 1.75]], [[6, 3.75]]]
