"""What heat, time and dose leave of the accuracy: cells, readers and MACs, all else ideal.

python -m scripts.experiments.environment [--images N]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chips.description import Chip, load_chip
from chips.images import ImageSet
from chips.weights import Weights, default_weights, load_weights, weight_words, word_masks
from pymodel.device import load_device_of
from pymodel.environment import Environment, chip_in
from pymodel.mac import load_macs
from pymodel.macro import Macro
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.command_line import OneLineParser, exit_status, require_positive
from scripts.experiments.images import first_images
from scripts.experiments.tsv import lines

TEN_YEARS_S = 3.156e8
SEED = 1


@dataclass(frozen=True)
class Row:
    """A die in one environment, right after a read or as long after it as a refresh can take.

    wrong_cells: their gate is nearer to the other state than to the wanted one.
    """

    temperature_k: float
    age_s: float
    dose_krad: float
    held_us: float
    wrong_cells: int
    accuracy_percent: float


def environments() -> Iterator[Environment]:
    """One thing at a time."""
    for temperature_k in (233.0, 273.0, 300.0, 310.0, 320.0, 358.0, 398.0):
        yield Environment(temperature_k)
    for temperature_k in (300.0, 358.0, 398.0):
        yield Environment(temperature_k, TEN_YEARS_S)
    for dose_krad in (50.0, 100.0, 200.0, 500.0):
        yield Environment(dose_krad=dose_krad)


def longest_hold_s(chip: Chip) -> float:
    """Age of a node at the end of a refresh under full load."""
    period_us = chip.clock.layer_period_cycles * chip.clock.clk_period_ns / 1000
    sweep_us = (chip.banks + 1) * period_us
    return (max(chip.reader.refresh_interval_us, sweep_us) + sweep_us) * 1e-6


def rows(images: ImageSet, chip: Chip) -> list[Row]:
    """Every environment, fresh and at the end of the refresh."""
    weights = load_weights(default_weights(chip), chip)
    holds = (0.0, longest_hold_s(chip))
    return [_row(chip, weights, images, e, held_s) for e in environments() for held_s in holds]


def _row(
    chip: Chip, weights: Weights, images: ImageSet, environment: Environment, held_s: float
) -> Row:
    device = load_device_of(chip, chip.chip.device)
    macro = Macro(chip, device, seed=SEED, environment=environment)
    macro.preset_weights(weights)
    macro.read_all(0.0)
    gates = [macro.gates(layer, held_s) for layer in range(len(chip.layers))]
    wrong = np.abs(np.concatenate(gates) - weight_words(chip, weights)) > 0.5
    hot = chip_in(chip, environment)
    network = Network(hot, weights, macs=load_macs(hot, gates, Effects.none()))
    right = float((network.labels(images.pixels) == images.labels).mean())
    return Row(
        environment.temperature_k,
        environment.age_s,
        environment.dose_krad,
        held_s * 1e6,
        int((wrong & word_masks(chip)).sum()),
        100 * right,
    )


def main(arguments: Sequence[str]) -> int:
    """Print the rows."""
    parser = OneLineParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    options = parser.parse_args(arguments)
    require_positive("--images", options.images)
    chip = load_chip("cifar10")
    print("\n".join(lines(Row, rows(first_images(chip, options.images), chip))))
    return 0


if __name__ == "__main__":
    sys.exit(exit_status(lambda: main(sys.argv[1:])))
