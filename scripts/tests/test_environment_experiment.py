"""What heat, time and dose leave of the accuracy."""

from __future__ import annotations

import pytest

from chips import load_chip
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
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


def test_a_node_is_oldest_at_the_end_of_a_refresh_under_load() -> None:
    chip = load_chip("cifar10")
    assert longest_hold_s(chip) == pytest.approx((500 + 228) * 1e-6)
