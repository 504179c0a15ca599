"""What heat, time and dose leave of the accuracy."""

from __future__ import annotations

import numpy as np
import pytest

from chips import load_chip
from chips.images import ImageSet
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
from pymodel.environment import Environment, chip_in
from pymodel.network import Network
from scripts.experiments.environment import DOSES, TEMPERATURES, longest_hold_s, rows
from scripts.experiments.images import first_images


def test_nodes_that_leak_too_fast_lose_their_cells() -> None:
    chip, device = load_chip("mini"), load_device("amer2024")
    weights, images = load_weights(default_weights(chip), chip), first_images(chip, None, 8)
    environments = [*TEMPERATURES, *DOSES]
    listed = rows(chip, device, weights, images, environments, seed=1)
    assert len(listed) == 2 * len(environments)
    found = {(r.temperature_k, r.age_s, r.dose_krad, r.held_us > 0): r for r in listed}
    assert found[300.0, 0.0, 0.0, True].wrong_cells == 0
    assert found[398.0, 0.0, 0.0, False].wrong_cells == 0
    assert found[398.0, 0.0, 0.0, True].wrong_cells > 0
    assert found[300.0, 0.0, 500.0, True].wrong_cells == 0  # it refreshes often enough
    assert {r.images for r in listed} == {8}


def test_a_heated_die_has_the_circuit_of_its_heat() -> None:
    """Images labelled by the heated circuit with all its cells as they should be."""
    chip, device = load_chip("mini"), load_device("amer2024")
    weights, hot = load_weights(default_weights(chip), chip), Environment(390.0)
    pixels = np.random.default_rng(1).integers(0, 256, (60, 3, 8, 8), dtype=np.uint8)
    heated, cool = (Network(c, weights).labels(pixels) for c in (chip_in(chip, hot), chip))
    images = ImageSet(pixels, heated.astype(np.uint8))
    fresh, _ = rows(chip, device, weights, images, [hot], seed=1)
    assert (heated != cool).any()
    assert (fresh.wrong_cells, fresh.accuracy_percent) == (0, 100)


def test_a_node_is_oldest_at_the_end_of_a_refresh_under_load() -> None:
    chip = load_chip("cifar10")
    assert longest_hold_s(chip) == pytest.approx((500 + 228) * 1e-6)
