"""The accuracy that published devices cost."""

from __future__ import annotations

import pytest

from chips import load_chip
from chips.weights import default_weights, load_weights
from scripts.experiments.device_loss import OLD_S, rows
from scripts.experiments.images import first_images


def test_the_order_of_the_loss_is_that_of_the_error() -> None:
    chip = load_chip("cifar10")
    weights, images = load_weights(default_weights(chip), chip), first_images(chip, None, 128)
    found = {(r.device, r.age_s): r for r in rows(chip, weights, images, seed=0, dies=2)}
    loss = {key: row.loss_percent for key, row in found.items()}
    assert loss["TaOx, 2 % assumed", 1.0] < loss["TaOx, 10 % assumed", 1.0]
    assert loss["PCM", OLD_S] == max(loss.values())
    assert loss["SONOS", OLD_S] < loss["PCM", OLD_S]
    assert found["PCM", OLD_S].spread_percent > 0
    for row in found.values():
        assert (row.images, row.dies) == (128, 2)
        assert row.accuracy_percent + row.loss_percent == pytest.approx(100)
