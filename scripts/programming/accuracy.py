"""What wrong codes do to the network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.programming.codes import CodeReport

NETWORKS = ("wanted", "programmed", "nearest")


@dataclass(frozen=True)
class Accuracy:
    """How well each network of `NETWORKS` does; all fractions are 0..1.

    accuracy: of its labels against those of the images. agreement: with the labels of the wanted
    network.
    """

    noise: bool
    images: int
    accuracy: dict[str, float]
    agreement: dict[str, float]


def accuracies(chip: Chip, codes: CodeReport, images: ImageSet, seed: int) -> list[Accuracy]:
    """Without and with noise, on the same images and the same die."""
    networks = {name: getattr(codes, name) for name in NETWORKS}
    return [_accuracy(chip, networks, images, seed, noise) for noise in (False, True)]


def _accuracy(
    chip: Chip, networks: dict[str, Weights], images: ImageSet, seed: int, noise: bool
) -> Accuracy:
    effects = Effects.all() if noise else Effects.none()
    labels = {
        name: Network(chip, weights, effects=effects, seed=seed).labels(images.pixels)
        for name, weights in networks.items()
    }
    return Accuracy(
        noise=noise,
        images=len(images),
        accuracy={n: float(np.mean(given == images.labels)) for n, given in labels.items()},
        agreement={n: float(np.mean(given == labels["wanted"])) for n, given in labels.items()},
    )
