"""The full chip with its trained weights preset in the cells: only pulsed read and inference."""

from __future__ import annotations

from typing import Any

import cocotb

from chips.images import embedded_images, load_images
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from tb.drivers.chip_under_test import chip_under_test
from tb.env import ChipEnv
from tb.verdict import assert_golden_label

IMAGES = 8


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def six_layer_clocks_give_the_golden_label(dut: Any) -> None:
    chip = chip_under_test()
    device, weights = load_device(chip.chip.device), load_weights(default_weights(chip), chip)
    macro = Macro(chip, device, seed=cocotb.RANDOM_SEED % 2**32, effects=Effects.none())
    macro.preset_weights(weights)
    env = ChipEnv(dut, chip, macro)
    await env.start()
    await env.connect(device, weights)
    await env.read_weights()
    for image in load_images(embedded_images(chip), chip).pixels[:IMAGES]:
        label = await env.classify(image)
        assert_golden_label(chip, weights, image, macro, label)
