"""The full chip with its trained weights preset in the cells: only pulsed read and inference."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt

from chips import Chip
from chips.images import data_file, embedded_images, load_images
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.labels import Label
from tb.env import ChipEnv
from tb.verdict import assert_golden_label, assert_golden_outputs

IMAGES = 8
MANY_IMAGES = 1000


async def started(dut: Any) -> ChipEnv:
    """A chip without noise that accepts images."""
    chip = chip_under_test()
    device, weights = load_device(chip.chip.device), load_weights(default_weights(chip), chip)
    macro = Macro(chip, device, seed=cocotb.RANDOM_SEED % 2**32, effects=Effects.none())
    macro.preset_weights(weights)
    env = ChipEnv(dut, chip, macro)
    await env.start()
    await env.connect(device, weights)
    await env.read_weights()
    return env


def many_images(chip: Chip) -> npt.NDArray[np.uint8]:
    """Distinct images: real ones where there are any, else the embedded ones and shifts of them."""
    if "CIFAR10_DIR" in os.environ:
        return load_images(data_file(Path(os.environ["CIFAR10_DIR"])), chip).pixels[:MANY_IMAGES]
    pixels = load_images(embedded_images(chip), chip).pixels
    pictures = pixels.reshape(-1, *chip.geometry[0].in_shape)
    shifts = range(-(-MANY_IMAGES // len(pictures)))
    shifted = np.concatenate([np.roll(pictures, 2 * shift, axis=-1) for shift in shifts])
    images = shifted.reshape(-1, pixels.shape[-1])[:MANY_IMAGES]
    assert len(np.unique(images, axis=0)) == MANY_IMAGES
    return images


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def six_layer_clocks_give_the_golden_label(dut: Any) -> None:
    env = await started(dut)
    chip, weights = env.chip, load_weights(default_weights(env.chip), env.chip)
    for image in load_images(embedded_images(chip), chip).pixels[:IMAGES]:
        label = await env.classify(image)
        assert_golden_label(chip, weights, image, env.macro, label)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def pipelined_labels_come_one_layer_clock_apart(dut: Any) -> None:
    env = await started(dut)
    chip, weights = env.chip, load_weights(default_weights(env.chip), env.chip)
    await env.host.configure_inference(pipelined=True, power_gate=True)
    outputs = env.layer_outputs()
    outputs.start()
    images = load_images(embedded_images(chip), chip).pixels[:IMAGES]
    labels = [label async for label in env.stream(images)]
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        assert_golden_outputs(chip, weights, image, outputs.of(number), label)
    assert one_label_per_layer_clock(chip, labels)


def one_label_per_layer_clock(chip: Chip, labels: list[Label]) -> bool:
    """Whether each label comes its layer clocks after its load, one layer clock after another."""
    steps = {b.cycle - a.cycle for a, b in pairwise(labels)}
    clocks = {label.layer_clocks for label in labels}
    return (steps, clocks) == ({chip.clock.layer_period_cycles}, {len(chip.layers)})


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_thousand_pipelined_images_get_their_sequential_labels(dut: Any) -> None:
    env = await started(dut)
    images = many_images(env.chip)
    one_by_one = [label async for label in env.stream(images)]
    await env.host.configure_inference(pipelined=True, power_gate=False)
    in_a_row = [label async for label in env.stream(images)]
    assert one_label_per_layer_clock(env.chip, in_a_row)
    assert [label.decision for label in in_a_row] == [label.decision for label in one_by_one]
    assert len(in_a_row) == MANY_IMAGES
