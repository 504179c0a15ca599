"""Accuracy that a network loses on published multi-level devices.

The experiment of M. J. Marinella et al. (2022), who put ResNet-50 on ReRAM, SONOS and PCM: the same
devices, our network, some dies each. The claim that can be checked is the order of the loss.

python -m scripts.experiments.device_loss [--images N] [--dies N]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chips.description import Chip, load_chip
from chips.images import ImageSet
from chips.weights import default_weights, load_weights
from pymodel.error_laws import DeviceLaw
from pymodel.error_laws.catalog import devices, taox
from pymodel.multilevel import multilevel_macs
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.command_line import OneLineParser, exit_status, require_positive
from scripts.experiments.images import first_images
from scripts.experiments.tsv import lines

FRESH_S = 1.0
OLD_S = 5 * 86400.0  # the last day that SONOS was measured
PEAK_SHARES = (0.02, 0.05, 0.1)  # of the assumed parabola of TaOx, in parts of G_max


@dataclass(frozen=True)
class Row:
    """One device at one age.

    accuracy_percent, loss_percent: mean of the dies, the loss against ideal cells on the same
    images. spread_percent: standard deviation from die to die.
    """

    device: str
    source: str
    age_s: float
    images: int
    dies: int
    accuracy_percent: float
    loss_percent: float
    spread_percent: float


def cases() -> Iterator[tuple[str, DeviceLaw, float]]:
    """Name, device and age of every row."""
    for share in PEAK_SHARES:
        yield f"TaOx, {100 * share:g} % assumed", taox(share), FRESH_S
    for device in devices()[1:]:
        yield device.name, device, FRESH_S
        if device.drift is not None:
            yield device.name, device, OLD_S


def rows(images: ImageSet, dies: int, chip: Chip | None = None) -> list[Row]:
    """The experiment on `images`, each device on `dies` dies; `chip`: the large one by default."""
    chip = chip if chip is not None else load_chip("cifar10")
    ideal = accuracy_percent(chip, images, None, 0.0, 0)
    found = []
    for name, device, age_s in cases():
        each = [accuracy_percent(chip, images, device, age_s, die) for die in range(dies)]
        mean, spread = float(np.mean(each)), float(np.std(each, ddof=1)) if dies > 1 else 0.0
        size = len(images), dies
        found.append(Row(name, device.source, age_s, *size, mean, ideal - mean, spread))
    return found


def accuracy_percent(
    chip: Chip, images: ImageSet, device: DeviceLaw | None, age_s: float, die: int
) -> float:
    """Images that one die labels as the file does, in percent."""
    weights, effects = load_weights(default_weights(chip), chip), Effects(read_noise=True)
    if device is None:
        network = Network(chip, weights)
    else:
        macs = multilevel_macs(chip, weights, device, age_s=age_s, effects=effects, die=die)
        network = Network(chip, weights, effects=effects, die=die, macs=macs)
    return 100 * float((network.labels(images.pixels) == images.labels).mean())


def main(arguments: Sequence[str]) -> int:
    """Print the rows."""
    parser = OneLineParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--dies", type=int, default=5)
    options = parser.parse_args(arguments)
    require_positive("--images", options.images)
    require_positive("--dies", options.dies)
    images = first_images(load_chip("cifar10"), options.images)
    print("\n".join(lines(Row, rows(images, options.dies))))
    return 0


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
