"""Whole arrays programmed through the pins by a plain write-verify loop."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest

from chips import Chip, load_chip
from chips.weights import weight_words, word_masks
from pymodel.device import Device, load_device
from pymodel.macro import Macro
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.tests.samples import Sequencer, random_images, random_weights, same_outputs
from pymodel.write_verify import Word

READ_NOISE = 0.04  # a cell that verified by luck lies at most so far outside its window


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


def program_layer(
    chip: Chip, device: Device, macro: Macro, layer: int, high: npt.NDArray[np.bool_]
) -> tuple[int, dict[str, Counter[int]]]:
    """Program a layer; failed cells, and how many words took how many pulses of each kind."""
    geometry, masks = chip.geometry[layer], word_masks(chip)
    failed, pulses = 0, {kind: Counter[int]() for kind in ("form", "set", "reset")}
    for index in range(geometry.words):
        place = (layer, index // geometry.rows, index % geometry.rows)
        word = Word(chip, device, macro, place, as_mask(masks[geometry.word_base + index]))
        failed += (word.form() | word.write(high[geometry.word_base + index])).bit_count()
        for kind in pulses:
            pulses[kind][word.pulses[kind]] += 1
    return failed, pulses


def as_mask(bits: npt.NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


def mean(counts: Counter[int]) -> float:
    return sum(k * n for k, n in counts.items()) / counts.total()


def in_windows(chip: Chip, device: Device, macro: Macro, high: npt.NDArray[np.bool_]) -> bool:
    """Whether every cell that exists ended in the window of its target."""
    resistance = np.concatenate(
        [macro.resistances(k).reshape(-1, chip.word_cells) for k in range(len(chip.layers))]
    )
    lowest = (device.levels[1].verify_lo_ohm or 0.0) * (1 - READ_NOISE)
    highest = (device.levels[0].verify_hi_ohm or 0.0) * (1 + READ_NOISE)
    right = np.where(high, (resistance > lowest) & (resistance <= 1e5), resistance < highest)
    return bool(right[word_masks(chip)].all())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_small_chip_is_programmed_and_then_infers_as_the_network(
    device: Device, seed: int
) -> None:
    chip = load_chip("mini")
    weights, images = random_weights(chip, seed), random_images(chip, 3)
    macro = Macro(chip, device, seed=seed)
    high = weight_words(chip, weights)
    for layer in range(len(chip.layers)):
        assert program_layer(chip, device, macro, layer, high)[0] == 0
    assert in_windows(chip, device, macro, high)
    macro.read_all(1e-3)
    pins = Sequencer(chip, macro, weights, 1.01e-3)
    network = Network(chip, weights, effects=Effects.all(), seed=seed)
    for index, image in enumerate(images):
        pins.image(image)
        assert same_outputs(network, macro, image, index)


def test_a_layer_of_the_full_chip_is_programmed_in_a_few_pulses(device: Device) -> None:
    chip, layer = load_chip("cifar10"), 2
    macro = Macro(chip, device, seed=4)
    high = weight_words(chip, random_weights(chip))
    failed, pulses = program_layer(chip, device, macro, layer, high)
    assert failed == 0
    geometry = chip.geometry[layer]
    resistance = macro.resistances(layer).reshape(geometry.words, -1)
    target = high[geometry.word_base : geometry.word_base + geometry.words]
    assert resistance[~target].max() < 2e3 * (1 + READ_NOISE)
    assert resistance[target].min() > 10e3 * (1 - READ_NOISE)
    assert resistance[target].max() <= 100e3
    assert 6 < mean(pulses["form"]) < 9
    assert 2 < mean(pulses["set"]) < 4
    assert 2 < mean(pulses["reset"]) < 4
    assert max(pulses["form"]) > 12  # the ramp is used, not only its first point


def test_stuck_cells_are_the_ones_that_fail(device: Device) -> None:
    chip = load_chip("mini")
    weights = random_weights(chip)
    macro = Macro(chip, device, seed=6)
    high = weight_words(chip, weights)
    macro.inject_stuck(0, 0, 2, 0, 20e6)
    macro.inject_stuck(0, 0, 5, 3, 1e3 if high[5, 3] else 50e3)
    assert program_layer(chip, device, macro, 0, high)[0] == 2
