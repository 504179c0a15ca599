"""Trims on the whole chip: of the comparators, at close decisions, and of the sense references."""

from __future__ import annotations

import math
from typing import Any

import cocotb
import numpy as np

from chips import load_chip
from chips.images import embedded_images, load_images
from chips.weights import default_weights, load_weights, weight_words, word_masks
from pymodel.device import load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from tb.env import ChipEnv, level_windows
from tb.host.codes import code_ohm
from tb.host.regmap import ProgErr, ProgOp
from tb.reference.network import golden_forward

CHIP = load_chip("mini")
DEVICE = load_device(CHIP.chip.device)
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
IMAGES = load_images(embedded_images(CHIP), CHIP).pixels
WORDS = weight_words(CHIP, WEIGHTS)
STEP_MV = CHIP.mac.comparator_trim_step_mv
LARGEST = (1 << CHIP.mac.comparator_trim_bits - 1) - 1  # trim code


async def preset(dut: Any) -> ChipEnv:
    """A chip without imperfections whose cells hold the weights."""
    macro = Macro(CHIP, DEVICE, seed=cocotb.RANDOM_SEED % 2**32, effects=Effects.none())
    macro.preset_weights(WEIGHTS)
    env = ChipEnv(dut, CHIP, macro)
    await env.start()
    await env.connect(DEVICE, WEIGHTS)
    return env


async def label_with(env: ChipEnv, image: np.ndarray, trims: list[int]) -> int:
    """Label of an image with these comparator trims."""
    await env.host.configure_compute(WEIGHTS.t_ctrl, WEIGHTS.cf_sel, trims)
    return (await env.classify(image)).label


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_comparator_trim_decides_what_is_closer_than_it(dut: Any) -> None:
    """The runner-up wins with the first trim above its distance, and with no smaller one."""
    env = await preset(dut)
    await env.read_weights()
    close = 0
    for image in IMAGES:
        outputs_mv = golden_forward(CHIP, WEIGHTS, image)[-1].ravel() * CHIP.mac.v_fs_v * 1e3
        second, first = outputs_mv.argsort()[-2:]
        steps = math.ceil((outputs_mv[first] - outputs_mv[second]) / STEP_MV)
        if not 1 < steps <= LARGEST:
            continue
        close += 1
        for sign, moved in ((1, second), (-1, first)):
            trims = [0] * CHIP.chip.classes
            trims[moved] = sign * (steps - 1)
            assert await label_with(env, image, trims) == first
            trims[moved] = sign * steps
            assert await label_with(env, image, trims) == second
    assert close, "no image is close to a class boundary"


@cocotb.test(timeout_time=100, timeout_unit="ms")
async def a_sense_trim_moves_every_window_of_a_verify(dut: Any) -> None:
    """The mismatches that VERIFY finds are those of windows moved by the trim."""
    env = await preset(dut)
    seen = set()
    for trim in (-32, -12, 0, 14, 31):
        await env.host.configure_programming(
            level_windows(DEVICE), DEVICE.form_pass_ohm, sense_trim=trim
        )
        await env.host.clear_counters()
        sending = cocotb.start_soon(env.send_words(WORDS))
        assert (await env.host.run(ProgOp.VERIFY)).error is ProgErr.NONE
        await sending
        expected = mismatches(env, trim)
        assert (await env.host.counters()).failed == expected
        seen.add(expected)
    assert len(seen) > 2, "the trims make no difference"


def mismatches(env: ChipEnv, trim: int) -> int:
    """Cells outside the verify window of their level, all references `trim` codes higher."""
    layers = range(len(CHIP.layers))
    ohm = np.concatenate([env.macro.resistances(k).reshape(-1, CHIP.word_cells) for k in layers])
    low, high = (level.verify_codes for level in level_windows(DEVICE))
    below, above = code_ohm(low[1] + trim), code_ohm(high[0] + trim)
    wrong = np.where(WORDS, ohm <= above, ohm > below)
    return int((wrong & word_masks(CHIP)).sum())
