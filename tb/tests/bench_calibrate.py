"""Calibration through the pins: registers, pictures, analog test pad, with all imperfections on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cocotb
import numpy as np

from chips.description import Chip
from chips.images import embedded_images, load_images
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from scripts.experiments.calibration import ModelPads
from tb.drivers.chip_under_test import chip_under_test
from tb.env import ChipEnv
from tb.host.calibration import (
    Array,
    Indices,
    Pixels,
    Setting,
    calibrate,
    require_reached,
    shifted_pictures,
)
from tb.host.regmap import AnalogTest
from tb.reference.network import golden_pads

SKEW = 0.85  # transconductance of the die over that of the description
IMAGES = 8  # in all their shifts
ERROR = 0.05  # coarse, so that few pictures do


class ChipPads:
    """The chip with its analog test pad."""

    def __init__(self, env: ChipEnv, pictures: Pixels) -> None:
        self._env, self._pictures = env, pictures

    async def pads(self, layer: int, settings: Sequence[Setting], pictures: Indices) -> Array:
        """What the pad shows of a layer for each picture, (n,), in full scale."""
        host, v_fs_v = self._env.host, self._env.chip.mac.v_fs_v
        await host.configure_compute([s.t_ctrl for s in settings], [s.cf_sel for s in settings])
        await host.select_analog_test(AnalogTest(AnalogTest.LAYER0 + layer))
        return np.array([await self._pad_v(number) for number in pictures]) / v_fs_v

    async def _pad_v(self, number: int) -> float:
        await self._env.classify(self._pictures[number])
        return await self._env.test_pad()


def skewed_chip(chip: Chip) -> Chip:
    """The circuit of a die whose transistors are too weak."""
    return replace(chip, mac=replace(chip.mac, g_lsb_us=SKEW * chip.mac.g_lsb_us))


@cocotb.test(timeout_time=1, timeout_unit="sec")
async def a_calibration_at_the_pins_finds_what_it_finds_on_the_model(dut: Any) -> None:
    """Every layer gets more gain, and the settings are those of the model with the same noise."""
    chip, seed = chip_under_test(), cocotb.RANDOM_SEED % 2**32
    device, weights = load_device(chip.chip.device), load_weights(default_weights(chip), chip)
    die = skewed_chip(chip)
    macro = Macro(die, device, seed=seed, effects=Effects.all())
    macro.preset_weights(weights)
    env = ChipEnv(dut, chip, macro)
    await env.start()
    await env.connect(device, weights)
    await env.read_weights()
    images = load_images(embedded_images(chip), chip).pixels[:IMAGES]
    pictures = shifted_pictures(images, chip.geometry[0].in_shape)
    golden = golden_pads(chip, weights, pictures)
    found = await calibrate(ChipPads(env, pictures), chip, weights, golden, error=ERROR)
    require_reached(chip, found)
    model = ModelPads(
        die,
        weights,
        pictures,
        factors=np.ones(len(chip.layers)),
        effects=Effects.all(),
        seed=seed,
    )
    assert found == await calibrate(model, chip, weights, golden, error=ERROR)
    strengths = [layer.setting.strength for layer in found]
    before = [Setting(*s).strength for s in zip(weights.t_ctrl, weights.cf_sel, strict=True)]
    assert np.prod(strengths) > np.prod(before)
